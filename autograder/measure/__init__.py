"""The grader measured: how often it is right, and how long it takes."""
