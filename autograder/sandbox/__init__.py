"""Beside student code: the walls around it, the process that runs it, and the trusted side of the pipe to that."""
