-- usage: nvim --headless --clean -u NONE -l test.lua EDITORS_FOLDER SERVER FILE
-- Edits FILE so that a definition is orphaned, waits for what is said, applies the preferred
-- fix, and prints what became of it: one `key<tab>value` a line.
local folder, server, file = arg[1], arg[2], arg[3]
local function say(key, value)
  io.stdout:write(key .. '\t' .. tostring(value) .. '\n')
end
local function wait(what, condition)
  assert(vim.wait(30000, condition, 20), 'waited in vain for ' .. what)
end

vim.o.swapfile = false
vim.opt.runtimepath:append(folder)
vim.cmd.source(folder .. '/plugin/reloadsafe.lua')
vim.cmd('filetype on')
vim.lsp.config('reloadsafe', { cmd = { server, 'server' } })
vim.lsp.enable('reloadsafe')
vim.cmd.edit(vim.fn.fnameescape(file))
vim.bo.filetype = 'python'
local buffer = vim.api.nvim_get_current_buf()
wait('the client', function() return #vim.lsp.get_clients({ bufnr = buffer }) == 1 end)
local client = vim.lsp.get_clients({ bufnr = buffer })[1]
wait('its initialization', function() return client.initialized end)

local function diagnostics(code)
  return vim.tbl_filter(function(it) return it.code == code end, vim.diagnostic.get(buffer))
end
-- The name is typed over where it is defined, and not where it is called.
local row = vim.fn.search('def area', 'nw')
vim.api.nvim_buf_set_text(buffer, row - 1, 4, row - 1, 8, { 'surface' })
wait('a ghost read', function() return #diagnostics('RS104') == 1 end)
local ghost = diagnostics('RS104')[1]
say('ghost', (ghost.lnum + 1) .. ': ' .. ghost.message)

vim.api.nvim_win_set_cursor(0, { ghost.lnum + 1, ghost.col })
vim.lsp.buf.code_action({ apply = true, filter = function(it) return it.isPreferred end })
wait('the fix', function() return #diagnostics('RS104') == 0 end)
say('fixed', vim.api.nvim_buf_get_lines(buffer, ghost.lnum, ghost.lnum + 1, false)[1])
vim.cmd.write()

wait('the orphan', function() return #diagnostics('RS101') == 1 end)
local related = diagnostics('RS101')[1].user_data.lsp.relatedInformation[1].location.uri
vim.cmd.split(vim.fn.fnameescape(related))
say('old', vim.api.nvim_buf_get_lines(0, row - 1, row, false)[1])
vim.cmd.close()

-- A command's document is shown in a window of its own; the module stays where it is.
local function shown(name)
  wait(name, function() return vim.api.nvim_buf_get_name(0):match('?' .. name .. '$') ~= nil end)
  assert(#vim.api.nvim_list_wins() == 2 and vim.fn.bufwinid(buffer) ~= -1, 'the module is hidden')
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), ' ')
end
vim.cmd.ReloadsafeNamespace()
say('namespace', shown('namespace'):match('orphan') or '')
vim.cmd.close()
vim.cmd.ReloadsafeHistory()
say('history', shown('history'):match('version 1: reloaded') or '')
vim.cmd.close()
vim.cmd.ReloadsafePlan()
shown('plan')
vim.cmd.close()
vim.cmd.ReloadsafeCompare('0')
wait('the comparison', function() return #vim.api.nvim_list_wins() == 2 and vim.wo.diff end)
local old = vim.fn.bufwinid(vim.fn.bufnr('version=0'))
say('diff', vim.wo[old].diff and vim.api.nvim_get_current_buf() == buffer)
vim.api.nvim_win_close(old, true)
vim.cmd('diffoff!')

-- The line above the module leads to its namespace.
vim.api.nvim_win_set_cursor(0, { 1, 0 })
vim.lsp.codelens.refresh({ bufnr = buffer })
wait('code lenses', function() return #vim.lsp.codelens.get(buffer) == 2 end)
vim.ui.select = function(items, _, choose) choose(items[1], 1) end
vim.lsp.codelens.run()
say('lens', shown('namespace'):match('orphan') or '')
vim.cmd.close()

-- nvim-lspconfig as it was before has the same under another name.
local config = require('lspconfig.configs.reloadsafe').default_config
say('lspconfig', config.root_dir(file) == vim.fs.dirname(file) and config.cmd[1])

vim.api.nvim_set_current_buf(buffer)
vim.cmd.ReloadsafeRestarted()
wait('the end of the orphan', function() return #vim.diagnostic.get(buffer) == 0 end)
say('restarted', #vim.diagnostic.get(buffer))
client:stop()
wait('the end of the server', function() return vim.lsp.get_client_by_id(client.id) == nil end)
say('stopped', true)
vim.cmd('qa!')
