"""The right answers of this course."""
