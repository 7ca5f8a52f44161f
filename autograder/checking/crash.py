"""What an answer's exception says: its type and message, the line of the cell, the shapes that met there."""

import dis
import inspect
from types import CodeType, TracebackType
from typing import Any

import numpy as np
import torch
from torch import Tensor

from autograder.spec.errors import Unusable

MOST_SHAPES = 4
LONGEST_NAME = 30


def file_of(answer: Any) -> str:
    """What Python calls the cell that a function, or a class by its methods, was defined in; "" if it has none."""
    members = [answer, *vars(answer).values()] if isinstance(answer, type) else [answer]
    codes = (getattr(inspect.unwrap(m), "__code__", None) for m in members if callable(m))
    return next((code.co_filename for code in codes if code is not None), "")


def description(error: BaseException, answer: Any) -> str:
    """One line on an exception: its type, the beginning of its message, and the line of the answer it came from.

    A line is told of the cell that the answer stands in, not of another one that it calls; with it the shapes of the
    tensors that it names.
    """
    if isinstance(error, Unusable):
        return str(error)
    if isinstance(error, SystemExit):
        return "Your answer called exit."
    last, cell = None, file_of(answer)
    traceback = error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == cell:
            last = traceback
        traceback = traceback.tb_next
    try:
        message = " ".join(str(error).split())[:300]
    except BaseException:
        message = ""
    where = f" (line {last.tb_lineno} of the cell{shapes(last)})" if last is not None else ""
    return f"Your answer stopped with {type(error).__name__}: {message}{where}"


def shapes(traceback: TracebackType) -> str:
    """The shapes of the tensors and arrays that the line names, for a sentence: "; `a` is (3, 4), `b` is (5,)"."""
    frame = traceback.tb_frame
    try:
        held = {name: frame.f_locals.get(name) for name in names_on(frame.f_code, traceback.tb_lineno)}
        # of torch's own types alone: a class of the answer's own may say anything of its shape
        tensors = {n: t for n, t in held.items() if type(t) in (Tensor, torch.nn.Parameter, np.ndarray)}
        found = [(name, tuple(tensor.shape)) for name, tensor in tensors.items() if tensor is not None]
    except BaseException:  # of whatever an answer has made of its names
        return ""
    if not found:
        return ""
    return "; " + ", ".join(f"`{name[:LONGEST_NAME]}` is {shape}" for name, shape in found[:MOST_SHAPES])


def names_on(code: CodeType, line: int) -> list[str]:
    """The local names that a line reads, in order."""
    read = [i for i in dis.get_instructions(code) if i.positions is not None and i.positions.lineno == line]
    names = (i.argval for i in read if i.opname.startswith(("LOAD_FAST", "LOAD_DEREF", "LOAD_CLOSURE", "LOAD_NAME")))
    return list(dict.fromkeys(name for name in names if isinstance(name, str)))
