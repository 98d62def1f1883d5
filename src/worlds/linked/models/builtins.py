# What code sets on `builtins` stays there; of the rest nothing is said.
