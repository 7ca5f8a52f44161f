"""How fast the references are: each beside its peer in torch, measured in alternation in one run."""
