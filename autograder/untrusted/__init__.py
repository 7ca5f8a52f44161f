"""Reading what nobody vouches for: sources and names that students hand in. Bounded, never run, one place for all."""
