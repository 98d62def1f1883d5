" Description: what reloading a Python module would leave behind, break or tear

call ale#Set('python_reloadsafe_executable', 'reloadsafe')
" Initialization options: the configuration's keys in camelCase, and the server's own.
call ale#Set('python_reloadsafe_settings', {})

call ale#linter#Define('python', {
\   'name': 'reloadsafe',
\   'lsp': 'stdio',
\   'executable': {buffer -> ale#Var(buffer, 'python_reloadsafe_executable')},
\   'command': '%e server',
\   'project_root': function('reloadsafe#Root'),
\   'initialization_options': {buffer -> ale#Var(buffer, 'python_reloadsafe_settings')},
\})
