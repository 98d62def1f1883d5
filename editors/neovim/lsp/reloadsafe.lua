-- The client configuration that `vim.lsp.enable('reloadsafe')` finds (Neovim 0.11). Newer versions of
-- nvim-lspconfig are a collection of such files.
local reloadsafe = require('reloadsafe')

return {
  cmd = { 'reloadsafe', 'server' },
  filetypes = { 'python' },
  root_markers = { 'reloadsafe.toml', 'pyproject.toml', 'setup.py', 'setup.cfg', '.git' },
  commands = reloadsafe.commands,
  handlers = reloadsafe.handlers,
}
