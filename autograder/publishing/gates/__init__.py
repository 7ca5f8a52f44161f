"""What must hold between a course's sources, its solution notebooks and what students get.

Every gate returns a list of sentences, one per thing that is wrong and each with its place: an empty list passes.
"""
