"""Unit 5, adversarial networks: the game, DCGAN, conditional and Wasserstein games, translation and style."""
