-- What `require('lspconfig').reloadsafe.setup{}` finds: nvim-lspconfig as it was before Neovim 0.11.
local reloadsafe = require('reloadsafe')

return {
  default_config = {
    cmd = { 'reloadsafe', 'server' },
    filetypes = { 'python' },
    root_dir = function(file)
      local markers = { 'reloadsafe.toml', 'pyproject.toml', 'setup.py', 'setup.cfg', '.git' }
      return vim.fs.root(file, markers) or vim.fs.dirname(file)
    end,
    handlers = reloadsafe.handlers,
    on_init = function(client)
      client.commands = vim.tbl_extend('keep', client.commands or {}, reloadsafe.commands)
    end,
  },
  docs = {
    description = 'What reloading a Python module would leave behind, break or tear.',
  },
}
