"""Unit 2, convolutional networks: kernels, layers, LeNet-5, AlexNet, deeper networks, detection."""
