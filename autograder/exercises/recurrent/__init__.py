"""Exercises of the fourth unit."""
