FunctionType = LambdaType = type(lambda: None)
BuiltinFunctionType = BuiltinMethodType = type(len)


class _Class:
    def method(self):
        pass


MethodType = type(_Class().method)


def MappingProxyType(mapping):
    return mapping


class SimpleNamespace:
    def __init__(self, /, **kwargs):
        self.__dict__.update(kwargs)
