import types


def isclass(object):
    return isinstance(object, type)


def isfunction(object):
    return isinstance(object, types.FunctionType)


def ismodule(object):
    return isinstance(object, types.ModuleType)
