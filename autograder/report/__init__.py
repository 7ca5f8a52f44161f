"""What an instructor reads once a class is graded."""
