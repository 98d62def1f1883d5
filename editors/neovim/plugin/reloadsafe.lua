if vim.g.loaded_reloadsafe then
  return
end
vim.g.loaded_reloadsafe = true

local reloadsafe = require('reloadsafe')

vim.api.nvim_create_autocmd('BufReadCmd', {
  pattern = 'reloadsafe://*',
  callback = function(event)
    reloadsafe.read(event.buf, event.match)
  end,
})

local function command(name, run, options)
  vim.api.nvim_create_user_command(name, run, options or {})
end

command('ReloadsafeReloaded', function() reloadsafe.execute('markReloaded') end,
  { desc = 'Say that the process has reloaded this module' })
command('ReloadsafeRestarted', function(call)
  reloadsafe.execute('markRestarted', not call.bang and {} or false)
end, { bang = true, desc = 'Say that the process was restarted (with !: for every module)' })
command('ReloadsafeNamespace', function() reloadsafe.execute('showNamespace') end,
  { desc = 'Show what the module would hold after the reload' })
command('ReloadsafeHistory', function() reloadsafe.execute('showHistory') end,
  { desc = 'Show what the process has loaded of this module' })
command('ReloadsafePlan', function() reloadsafe.execute('showPlan') end,
  { desc = 'Show in which order to reload what has changed' })
command('ReloadsafeCompare', function(call)
  local version = tonumber(call.args)
  reloadsafe.execute('compareWithVersion', version and { version } or {})
end, { nargs = '?', desc = 'Compare with a version that the process has loaded' })
