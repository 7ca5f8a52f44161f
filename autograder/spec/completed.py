"""Answers of ours in a question that leaves arguments out: they need not repeat the reference's defaults."""

import functools
import inspect
from collections.abc import Callable
from typing import Any


class Completed:
    """A function with the reference's defaults for arguments of which it has none itself."""

    def __init__(self, answer: Callable[..., Any], defaults: list[Any]) -> None:
        functools.update_wrapper(self, answer)
        self.defaults = defaults  # by position; `EMPTY` where the argument is always given
        if hasattr(answer, "__globals__"):  # where references are put in place of earlier answers
            self.__globals__ = answer.__globals__

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        given = [] if kwargs else self.defaults[len(args) :]
        return self.__wrapped__(*args, *given, **kwargs)  # type: ignore[attr-defined]


def completed(answer: Any, reference: Any) -> Any:
    """The answer as it is called; itself where nothing is to be added."""
    if isinstance(answer, type) or not callable(answer) or isinstance(reference, type) or not callable(reference):
        return answer
    expected = list(inspect.signature(reference).parameters.values())
    own = list(inspect.signature(answer).parameters.values())
    takes_all = any(p.kind is p.VAR_POSITIONAL for p in own)
    positional = [p for p in own if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if not takes_all and any(p.default is not p.empty for p in positional):
        positional = positional[: next(i for i, p in enumerate(positional) if p.default is not p.empty)]
    wanted = expected if takes_all else expected[: len(positional)]
    if all(p.default is p.empty for p in wanted):
        return answer
    return Completed(answer, [p.default for p in wanted])
