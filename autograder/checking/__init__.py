"""From an answer to a verdict: evidence, judge, diagnosis, guard, feedback."""
