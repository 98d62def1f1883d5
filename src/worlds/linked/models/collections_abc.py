class Mapping:
    def __class_getitem__(cls, item):
        return cls

    def __contains__(self, key):
        try:
            self[key]
        except KeyError:
            return False
        return True

    def __eq__(self, other):
        return dict(self.items()) == dict(other.items())

    __hash__ = None

    def get(self, key, default=None):
        try:
            return self[key]
        except KeyError:
            return default

    def keys(self):
        return dict.fromkeys(self).keys()

    def values(self):
        return [self[key] for key in self]

    def items(self):
        return {key: self[key] for key in self}.items()


Mapping.register(dict)


class MutableMapping(Mapping):
    def clear(self):
        for key in list(self):
            del self[key]

    def pop(self, key, *default):
        try:
            value = self[key]
        except KeyError:
            if default:
                return default[0]
            raise
        del self[key]
        return value

    def popitem(self):
        for key in self:
            return key, self.pop(key)
        raise KeyError

    def setdefault(self, key, default=None):
        try:
            return self[key]
        except KeyError:
            self[key] = default
        return default

    def update(self, other=(), /, **named):
        for key, value in dict(other, **named).items():
            self[key] = value


MutableMapping.register(dict)


class Sequence:
    def __class_getitem__(cls, item):
        return cls

    def __contains__(self, value):
        return value in list(self)

    def __iter__(self):
        return iter([self[index] for index in range(len(self))])

    def __reversed__(self):
        return reversed(list(self))

    def count(self, value):
        return list(self).count(value)

    def index(self, value, *bounds):
        return list(self).index(value, *bounds)


Sequence.register(list)


class MutableSequence(Sequence):
    def __iadd__(self, values):
        self.extend(values)
        return self

    def append(self, value):
        self.insert(len(self), value)

    def clear(self):
        while len(self):
            del self[-1]

    def extend(self, values):
        for value in list(values):
            self.append(value)

    def pop(self, index=-1):
        value = self[index]
        del self[index]
        return value

    def remove(self, value):
        del self[self.index(value)]

    def reverse(self):
        for place, value in enumerate(list(self)[::-1]):
            self[place] = value


MutableSequence.register(list)


class Set:
    def __class_getitem__(cls, item):
        return cls

    @classmethod
    def _from_iterable(cls, values):
        return cls(values)

    def __and__(self, other):
        return self._from_iterable([value for value in other if value in self])

    def __or__(self, other):
        return self._from_iterable([*self, *other])

    def __sub__(self, other):
        return self._from_iterable([value for value in self if value not in other])

    def isdisjoint(self, other):
        return not [value for value in other if value in self]


Set.register(set)


class MutableSet(Set):
    def __ior__(self, values):
        for value in values:
            self.add(value)
        return self

    def __isub__(self, values):
        for value in list(values):
            self.discard(value)
        return self

    def clear(self):
        for value in list(self):
            self.discard(value)

    def pop(self):
        for value in self:
            self.discard(value)
            return value
        raise KeyError

    def remove(self, value):
        if value not in self:
            raise KeyError(value)
        self.discard(value)


MutableSet.register(set)
