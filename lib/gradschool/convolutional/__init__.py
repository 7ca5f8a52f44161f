"""Unit 2, convolutional networks: from a kernel to LeNet-5, AlexNet and beyond."""
