"""What an author begins with: the files of a new exercise, notebook, unit or course."""
