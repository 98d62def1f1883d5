# What code sets on `sys` stays there; of the rest nothing is said.
