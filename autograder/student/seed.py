"""The seed of the cases that a student's desk asks."""

DESK_SEED = 20_100  # fixed: a student sees the same cases at every run; a class is graded on others
