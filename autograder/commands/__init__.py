"""The commands of `gradschool`, one module each; heavy imports stay inside the functions."""
