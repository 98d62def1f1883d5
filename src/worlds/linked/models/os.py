from posix import environ as _environ

environ = dict(_environ)
