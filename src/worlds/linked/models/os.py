from posix import environ as _environ

_USUAL = (
    "DISPLAY", "HOME", "LANG", "LANGUAGE", "LOGNAME", "PATH", "PWD", "SHELL", "TEMP", "TERM",
    "TMP", "TMPDIR", "USER", "USERNAME", "VIRTUAL_ENV",
)


class _Environ(dict):
    # What nobody has set here, and no session has, is held to be unset.
    def __init__(self):
        self._given = {}
        dict.__init__(self, _environ)

    def get(self, key, default=None):
        if key in _USUAL:
            return dict.get(self, key, default)
        return self._given.get(key, default)

    def __contains__(self, key):
        if key in _USUAL:
            return dict.__contains__(self, key)
        return key in self._given

    def __setitem__(self, key, value):
        self._given[key] = value
        dict.__setitem__(self, key, value)

    def __delitem__(self, key):
        self._given.pop(key, None)
        dict.__delitem__(self, key)

    def pop(self, key, *default):
        self._given.pop(key, None)
        return dict.pop(self, key, *default)

    def setdefault(self, key, default=None):
        if key not in self:
            self[key] = default
        return self[key]

    def update(self, *others, **values):
        for other in others:
            for key, value in dict(other).items():
                self[key] = value
        for key, value in values.items():
            self[key] = value

    def copy(self):
        return dict(self)


environ = _Environ()


def getenv(key, default=None):
    return environ.get(key, default)


def putenv(key, value):
    pass
