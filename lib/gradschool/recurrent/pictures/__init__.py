"""Pictures of the fourth unit, one module for each topic."""
