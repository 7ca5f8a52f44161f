"""One file for each graded question: what is right, what is wrong."""
