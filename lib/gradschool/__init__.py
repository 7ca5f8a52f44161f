"""Reference implementations of deep learning, written to be read."""

from gradschool.device import device

__all__ = ["device"]
