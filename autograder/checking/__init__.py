"""From an answer to a verdict: collecting evidence, judging, naming the mistake, telling it."""
