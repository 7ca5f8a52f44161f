"""Unit 1, feedforward networks: neurons, backpropagation, optimizers, training."""
