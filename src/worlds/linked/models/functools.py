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

        return call

    return decorate(maxsize) if callable(maxsize) else decorate


def cache(function):
    return lru_cache(None)(function)
