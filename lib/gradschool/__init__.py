"""Reference implementations of deep learning, written to be read."""
