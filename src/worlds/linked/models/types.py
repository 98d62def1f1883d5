FunctionType = LambdaType = type(lambda: None)


def MappingProxyType(mapping):
    return mapping


class SimpleNamespace:
    def __init__(self, /, **kwargs):
        self.__dict__.update(kwargs)
