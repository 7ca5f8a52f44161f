"""A class from its first day to its last: who is in it, what comes in, and where it goes when the term is over."""
