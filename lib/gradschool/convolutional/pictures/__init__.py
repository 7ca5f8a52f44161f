"""Pictures of this unit alone, a module for each topic."""
