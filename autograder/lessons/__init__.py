"""The course's notebooks as files: where they lie, what their cells are, what they hold. Knows nothing of grading."""
