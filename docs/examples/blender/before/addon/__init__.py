if "bpy" in locals():
    import importlib

    importlib.reload(operators)
else:
    from . import operators

import bpy


def register():
    for operator in operators.CLASSES:
        bpy.utils.register_class(operator)
