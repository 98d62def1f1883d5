class partial:
    def __init__(self, func, /, *args, **keywords):
        self.func = func
        self.args = args
        self.keywords = keywords

    def __call__(self, /, *args, **keywords):
        return self.func(*self.args, *args, **{**self.keywords, **keywords})


def lru_cache(maxsize=128, typed=False):
    def decorate(function):
        results = {}

        def call(*args, **keywords):
            if keywords:
                return function(*args, **keywords)
            if args in results:
                return results[args]
            results[args] = result = function(*args)
            return result

        call.__wrapped__ = function
        call.__name__ = getattr(function, "__name__", None)
        call.cache_clear = lambda: results.clear()
        return call

    return decorate(maxsize) if callable(maxsize) else decorate


def cache(function):
    return lru_cache(None)(function)


class cached_property:
    def __init__(self, func):
        self.func = func
        self.attrname = func.__name__

    def __set_name__(self, owner, name):
        self.attrname = name

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        value = self.func(instance)
        instance.__dict__[self.attrname] = value
        return value
