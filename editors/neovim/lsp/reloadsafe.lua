-- The client configuration that `vim.lsp.enable('reloadsafe')` finds (Neovim 0.11).
return {
  cmd = { 'reloadsafe', 'server' },
  filetypes = { 'python' },
  root_markers = { 'reloadsafe.toml', 'pyproject.toml', 'setup.py', 'setup.cfg', '.git' },
}
