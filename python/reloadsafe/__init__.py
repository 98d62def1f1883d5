"""Says what importlib.reload would leave behind, break or tear, before you reload.

The program is not written in Python; this package finds it. See `find_program`.
"""

from reloadsafe._find import find_program

__all__ = ["find_program"]
