# What code sets on `sys` stays there; of the rest nothing is said but who is asked for modules.
from _frozen_importlib import BuiltinImporter, FrozenImporter
from _frozen_importlib_external import PathFinder

meta_path = [BuiltinImporter, FrozenImporter, PathFinder]
