"""What binds to nbgrader: its converters, gradebook and release steps; every patch of its code is in `patches`."""
