OrderedDict = dict


class defaultdict(dict):
    def __init__(self, default_factory=None, /, *args, **kwargs):
        self.default_factory = default_factory
        dict.__init__(self, *args, **kwargs)

    def __missing__(self, key):
        if self.default_factory is None:
            raise KeyError(key)
        value = self.default_factory()
        self[key] = value
        return value


class deque(list):
    def __init__(self, iterable=(), maxlen=None):
        list.__init__(self, iterable)
        self.maxlen = maxlen

    def appendleft(self, item):
        self.insert(0, item)

    def popleft(self):
        return self.pop(0)


class _Field:
    pass


def namedtuple(typename, field_names, *, rename=False, defaults=None, module=None):
    if isinstance(field_names, str):
        field_names = field_names.replace(",", " ").split()
    names = tuple(field_names)
    known = dict(zip(names[len(names) - len(defaults):], defaults)) if defaults else {}

    class made(tuple):
        _fields = names
        _field_defaults = known

        def __new__(cls, *args, **kwargs):
            values = list(args)
            for name in names[len(args):]:
                values.append(kwargs[name] if name in kwargs else known[name])
            self = tuple.__new__(cls, values)
            for name, value in zip(names, values):
                self.__dict__[name] = value
            return self

        def _replace(self, **kwargs):
            values = {**dict(zip(names, self)), **kwargs}
            return self.__class__(**values)

        def _asdict(self):
            return dict(zip(names, self))

        @classmethod
        def _make(cls, iterable):
            return cls(*iterable)

    for name in names:
        setattr(made, name, _Field())
    return made


class UserDict:
    def __init__(self, dict=None, /, **kwargs):
        self.data = {}
        if dict is not None:
            self.data.update(dict)
        self.data.update(kwargs)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, key):
        if key in self.data:
            return self.data[key]
        raise KeyError(key)

    def __setitem__(self, key, item):
        self.data[key] = item

    def __delitem__(self, key):
        del self.data[key]

    def __iter__(self):
        return iter(self.data)

    def __contains__(self, key):
        return key in self.data

    def get(self, key, default=None):
        return self.data.get(key, default)

    def keys(self):
        return self.data.keys()

    def values(self):
        return self.data.values()

    def items(self):
        return self.data.items()

    def setdefault(self, key, default=None):
        return self.data.setdefault(key, default)
