"""Pictures of the fourth unit alone, a module for each topic."""
