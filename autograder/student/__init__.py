"""What a student's notebook calls: `check`, `use` and `progress`."""

from autograder.lessons.terminal import replace_unprintable

replace_unprintable()
