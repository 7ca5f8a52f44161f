"""For a course folder laid out by an earlier release: its `nbgrader_config.py` takes these names from here."""

from autograder.nbgrader_plugin.release_steps import RELEASE_STEPS, unreleased_names

__all__ = ["RELEASE_STEPS", "unreleased_names"]
