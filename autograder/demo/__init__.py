"""A class for `gradschool demo`: students who answer as the specs say students do, graded for real."""
