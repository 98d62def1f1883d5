-- Commands and documents of reloadsafe, the language server that says what reloading a Python
-- module would leave behind, break or tear.
local M = {}

--- The client that serves a buffer.
local function client_of(buffer)
  local client = vim.lsp.get_clients({ bufnr = buffer, name = 'reloadsafe' })[1]
    or vim.lsp.get_clients({ name = 'reloadsafe' })[1]
  if not client then
    vim.notify('reloadsafe is not running', vim.log.levels.WARN)
  end
  return client
end

--- Shows a text in a read-only buffer of its own, in a window that already has it or a new one.
local function show(uri, text)
  local buffer = vim.fn.bufadd(uri)
  local window = vim.fn.bufwinid(buffer)
  if window ~= -1 then
    vim.api.nvim_set_current_win(window)
  else
    vim.cmd.split()
  end
  -- Entering the buffer asks the server for it; what the command brought is as new.
  vim.cmd.buffer({ buffer, mods = { noautocmd = true } })
  M.fill(buffer, text)
end

--- Puts a text into a buffer that nobody edits.
function M.fill(buffer, text)
  vim.bo[buffer].modifiable = true
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, vim.split(text, '\n', { plain = true }))
  vim.bo[buffer].buftype = 'nofile'
  vim.bo[buffer].modifiable = false
  vim.bo[buffer].modified = false
end

--- Runs one of the server's commands for a buffer.
---@param command string its name without `reloadsafe.`
---@param arguments? any[] what follows the buffer's URI
---@param buffer? integer
function M.execute(command, arguments, buffer)
  buffer = buffer or vim.api.nvim_get_current_buf()
  local client = client_of(buffer)
  if not client then
    return
  end
  local all = { vim.uri_from_bufnr(buffer) }
  vim.list_extend(all, arguments or {})
  if command == 'markRestarted' and arguments == false then
    all = {}
  end
  local params = { command = 'reloadsafe.' .. command, arguments = all }
  client:request('workspace/executeCommand', params, function(error, result)
    if error then
      vim.notify(error.message, vim.log.levels.ERROR)
    elseif result and command == 'compareWithVersion' then
      show(result.left, result.text)
      vim.bo.filetype = 'python'
      vim.cmd.diffthis()
      vim.cmd.wincmd('p')
      vim.cmd.diffthis()
    elseif result and result.text then
      show(result.uri, result.text)
    end
  end, buffer)
end

--- What code lenses and code actions lead to, in the form of a client's `commands`.
M.commands = {}
for _, name in ipairs({
  'markReloaded',
  'markRestarted',
  'showNamespace',
  'showHistory',
  'showPlan',
  'compareWithVersion',
}) do
  M.commands['reloadsafe.' .. name] = function(command)
    local arguments = vim.deepcopy(command.arguments or {})
    local uri = table.remove(arguments, 1)
    if uri then
      M.execute(name, arguments, vim.uri_to_bufnr(uri))
    else
      M.execute(name, false)
    end
  end
end

--- A client's `handlers`. The server asks to show what a command is about; the command's answer has
--- it, too, and it is shown from there, in a window of its own.
M.handlers = {
  ['window/showDocument'] = function(error, result, context)
    if vim.startswith(result.uri, 'reloadsafe:') then
      return { success = true }
    end
    return vim.lsp.handlers['window/showDocument'](error, result, context)
  end,
}

--- Reads a document that exists only in the server, such as an old version of a module.
function M.read(buffer, uri)
  local client = client_of(buffer)
  if not client then
    return
  end
  local answer = client:request_sync('reloadsafe/versionText', { uri = uri }, 5000, buffer)
  if answer and answer.result then
    M.fill(buffer, answer.result.text)
    vim.bo[buffer].filetype = uri:match('%.md') and 'markdown' or 'python'
  else
    local why = answer and answer.err and answer.err.message or 'no answer'
    vim.notify(('%s: %s'):format(uri, why), vim.log.levels.ERROR)
  end
end

return M
