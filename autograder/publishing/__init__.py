"""From a lesson's source to the notebooks that instructors and students open."""
