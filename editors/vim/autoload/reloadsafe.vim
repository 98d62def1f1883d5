" Commands and documents of reloadsafe, over ALE's connection to the server.

" The project of a buffer: the server finds the rest.
function! reloadsafe#Root(buffer) abort
    for l:marker in ['reloadsafe.toml', 'pyproject.toml', 'setup.py', 'setup.cfg']
        let l:file = ale#path#FindNearestFile(a:buffer, l:marker)

        if !empty(l:file)
            return fnamemodify(l:file, ':p:h')
        endif
    endfor

    let l:git = ale#path#FindNearestDirectory(a:buffer, '.git')

    return !empty(l:git)
    \   ? fnamemodify(l:git, ':p:h:h')
    \   : fnamemodify(bufname(a:buffer), ':p:h')
endfunction

" Runs one of the server's commands; what it is given stands in a list.
function! reloadsafe#Execute(command, arguments) abort
    let l:params = {'command': 'reloadsafe.' . a:command, 'arguments': a:arguments}

    call ale#lsp_linter#SendRequest(
    \   bufnr(''),
    \   'reloadsafe',
    \   [0, 'workspace/executeCommand', l:params],
    \   function('s:Answered', [a:command, win_getid()]),
    \)
endfunction

" The URI of the buffer that is shown.
function! reloadsafe#Uri() abort
    return ale#util#ToURI(expand('%:p'))
endfunction

function! s:Answered(command, window, response) abort
    if has_key(a:response, 'error')
        call ale#util#Execute('echoerr ' . string(a:response.error.message))

        return
    endif

    let l:result = get(a:response, 'result', v:null)

    if type(l:result) isnot v:t_dict
        return
    endif

    if a:command is# 'compareWithVersion'
        call win_gotoid(a:window)
        diffthis
        call s:Show(l:result.left, l:result.text, 'vertical')
        setfiletype python
        diffthis
    else
        call s:Show(l:result.uri, l:result.text, '')
    endif
endfunction

" Shows a text in a buffer that nobody edits, and that is no module.
function! s:Show(uri, text, how) abort
    execute a:how 'new'
    setlocal buftype=nofile bufhidden=wipe noswapfile
    let b:ale_enabled = 0
    silent! execute 'file' fnameescape(a:uri)
    call setline(1, split(a:text, "\n", 1))
    setlocal nomodifiable
endfunction
