"""What a student's notebook calls: `check`, `use` and `progress`."""
