"""Pictures of this unit alone."""
