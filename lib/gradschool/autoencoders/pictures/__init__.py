"""Pictures of this unit, a module for each topic."""
