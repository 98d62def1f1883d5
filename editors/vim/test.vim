" usage: FILE=module.py SERVER=program FOLDER=editors/vim OUT=file vim --clean -es -S test.vim
" Edits FILE so that a definition is orphaned, waits for what is said, applies the preferred fix,
" and writes what became of it to OUT: one `key<tab>value` a line.

set nocompatible noswapfile hidden
let g:ale_linters = {'python': ['reloadsafe']}
let g:ale_linters_explicit = 1
let g:ale_lint_on_text_changed = 'never'
let g:ale_python_reloadsafe_executable = $SERVER
let g:ale_python_reloadsafe_settings = {'codeLens': v:false}
let &runtimepath = $FOLDER . ',' . &runtimepath
packadd ale
runtime plugin/reloadsafe.vim
filetype plugin on

function! Say(key, value) abort
    call writefile([a:key . "\t" . a:value], $OUT, 'a')
endfunction

function! Wait(what, Condition) abort
    let l:end = localtime() + 30

    while !a:Condition()
        if localtime() > l:end
            call Say('failed', 'waited in vain for ' . a:what . ': ' . string(Found('')))
            cquit
        endif

        sleep 20m
    endwhile
endfunction

" What ALE shows of a rule.
function! Found(code) abort
    let l:all = ale#engine#GetLoclist(bufnr('shapes.py'))

    return filter(copy(l:all), {_, it -> empty(a:code) || it.code is# a:code})
endfunction

" The best fix is the first one; ALE does not ask which is preferred.
function! Fix(data, items) abort
    let l:item = a:items[0][1]
    call Say('title', l:item.title)
    call ale#codefix#ApplyLSPCodeAction(a:data, l:item)
endfunction

function! Try() abort
    execute 'edit' fnameescape($FILE)
    ALELint
    call Wait('the server', {-> !empty(ale#lsp#GetConnections())})
    call setline(1, 'def surface(w, h):')
    ALELint
    call Wait('a ghost read', {-> !empty(Found('RS104'))})
    let l:ghost = Found('RS104')[0]
    call Say('ghost', l:ghost.lnum . ': ' . l:ghost.text)
    call cursor(l:ghost.lnum, l:ghost.col)
    call ale#codefix#Execute(0, function('Fix'))
    call Wait('the fix', {-> getline(6) =~# 'surface'})
    call Say('fixed', getline(6))
    write
    ALELint
    call Wait('the orphan', {-> !empty(Found('RS101')) && empty(Found('RS104'))})
    ReloadsafeNamespace
    call Wait('the namespace', {-> bufname('') =~# 'namespace'})
    call Say('namespace', join(getline(1, '$')) =~# 'orphan' ? 'orphan' : '')
    bwipeout
    ReloadsafeCompare 0
    call Wait('the old version', {-> bufname('') =~# 'version=0'})
    call Say('old', getline(1))
    call Say('diff', &diff)
    bwipeout
    ReloadsafeRestarted
    call Wait('the end of the orphan', {-> empty(Found(''))})
    call Say('restarted', len(Found('')))
endfunction

try
    call Try()
catch
    call Say('failed', v:exception . ' at ' . v:throwpoint)
    cquit
endtry

qall!
