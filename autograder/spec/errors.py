"""What can go wrong with an answer before its values can be compared."""


class Unusable(Exception):
    """The answer is not of the kind that the task asks for: the message is a sentence for the student."""

    def __init__(self, kind: str, sentence: str):
        super().__init__(sentence)
        self.kind = kind


class TimeLimit(BaseException):
    """The answer took longer than its check may. Not an Exception, so that an answer seldom swallows it."""
