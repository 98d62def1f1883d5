if exists('g:loaded_reloadsafe')
    finish
endif

let g:loaded_reloadsafe = 1

command! ReloadsafeReloaded call reloadsafe#Execute('markReloaded', [reloadsafe#Uri()])
command! -bang ReloadsafeRestarted
\   call reloadsafe#Execute('markRestarted', <bang>0 ? [] : [reloadsafe#Uri()])
command! ReloadsafeNamespace call reloadsafe#Execute('showNamespace', [reloadsafe#Uri()])
command! ReloadsafeHistory call reloadsafe#Execute('showHistory', [reloadsafe#Uri()])
command! ReloadsafePlan call reloadsafe#Execute('showPlan', [reloadsafe#Uri()])
command! -nargs=? ReloadsafeCompare
\   call reloadsafe#Execute('compareWithVersion', [reloadsafe#Uri()] + map([<f-args>], 'v:val + 0'))
