from multiprocessing import context as _context

Process = _context._default_context.Process
get_context = _context._default_context.get_context
get_start_method = _context._default_context.get_start_method
set_start_method = _context._default_context.set_start_method
