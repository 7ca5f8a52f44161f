"""Unit 3, autoencoders: compression, regularised codes, variational autoencoders, applications."""
