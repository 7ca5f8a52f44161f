"""See forbidden calls while an answer runs.

Three observers, because none sees everything: a TorchFunctionMode sees calls of torch's Python functions with
tensors, a TorchDispatchMode sees the operations beneath whatever the road, and a profile hook sees Python code
itself: the reference, `torch.optim`, `torch.autograd`, and built-in functions called where modes do not reach, in
threads of the answer's own. They slow torch threefold, so they watch one small case.
"""

import importlib
import sys
import threading
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from autograder.spec.dispatch import DispatchMode
from autograder.spec.errors import Interrupted, TimeLimit

AN_ANSWER_OF_OURS, THE_REFERENCE = "an answer of this course", "the reference of this course"
# What these call is not the student's doing: torch's own Python code, and the check itself.
LIBRARIES = (str(Path(torch.__file__).parent), str(Path(__file__).parents[2]))


@dataclass(frozen=True)
class Forbidden:
    """What an answer may not call.

    Attributes:
        names: dotted paths, as a notebook may spell them.
        operations: what PyTorch's dispatcher may not run.
        reference: the course's own function or class.
        answers: other right answers that the course knows.
    """

    names: frozenset[str] = frozenset()
    operations: frozenset[str] = frozenset()
    reference: Any = None
    answers: tuple[Any, ...] = ()


# `F.max_pool2d` and its like share the code of torch's `boolean_dispatch`, which holds under this name what it calls.
CHOOSES, ANY = "if_true", 0
SHORT = {torch.float32, torch.float16, torch.bfloat16}


@dataclass(frozen=True)
class Traced:
    """What was seen while an answer ran.

    Attributes:
        calls: names of forbidden things.
        single: whether float32 came into its calculation by itself, where all that was handed in was float64.
    """

    calls: list[str]
    single: bool


def trace(forbidden: Forbidden, answer: Any, call: Callable[[], object]) -> Traced:
    """Watch `call`, which calls the answer on a case (where it runs at all)."""
    seen: set[str] = set()
    ours = forbidden.answers
    if any(answer is our for our in ours):  # the grader's own exam
        ours = ()
    watcher = Watcher(forbidden.names, forbidden.operations, forbidden.reference, seen, ours)
    try:
        with watcher:
            call()
    except (TimeLimit, Interrupted):
        raise
    except BaseException:  # an answer that fails has been noted elsewhere; what it called until then counts
        pass
    named = sorted(name for name in seen if not name.startswith("torch.ops.")) or sorted(seen)
    return Traced(named, watcher.dispatch.single)


class Watcher:
    """Context in which calls of `names`, `operations` and the reference are written into `seen`."""

    def __init__(self, names: Set[str], operations: Set[str], reference: Any, seen: set[str], ours: Sequence[Any] = ()):
        # in order: of two names for one function, every process says the same
        objects = [(_told(name), found) for name in sorted(names) if (found := _look_up(name)) is not None]
        functions = {id(found): name for name, found in objects}
        functions[id(sys.setprofile)] = "sys.setprofile"  # by which an answer would take this hook out
        codes = dict[CodeType, dict[int, str]]()
        for name, found in objects:
            for code in _codes(found):
                codes.setdefault(code, {})[_choice(found)] = name
        codes |= {code: {ANY: AN_ANSWER_OF_OURS} for answer in ours for code in _codes(answer)}
        codes |= {code: {ANY: THE_REFERENCE} for code in _codes(reference)}
        self.dispatch = _DispatchMode(operations, seen)
        self._modes: list[Any] = [_FunctionMode(functions, seen), self.dispatch]
        methods = {name.removeprefix("torch.Tensor."): name for name in names if name.startswith("torch.Tensor.")}
        self._profile = _profile(codes, functions, methods, seen)
        self._previous: Any = None
        self._previous_in_threads: Any = None

    def __enter__(self) -> None:
        for mode in self._modes:
            mode.__enter__()
        self._previous, self._previous_in_threads = sys.getprofile(), threading.getprofile()
        threading.setprofile(self._profile)
        sys.setprofile(self._profile)

    def __exit__(self, *error: Any) -> None:
        sys.setprofile(self._previous)
        threading.setprofile(self._previous_in_threads)
        for mode in reversed(self._modes):
            mode.__exit__(*error)


class _FunctionMode(TorchFunctionMode):
    def __init__(self, functions: dict[int, str], seen: set[str]):
        super().__init__()
        self.functions, self.seen = functions, seen

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if id(func) in self.functions:
            self.seen.add(self.functions[id(func)])
        return func(*args, **(kwargs or {}))


class _DispatchMode(DispatchMode):  # type: ignore[no-untyped-call]
    """`single` tells whether float32 came into a calculation by itself: made of other types, or mixed with float64."""

    def __init__(self, operations: Set[str], seen: set[str]):
        super().__init__()
        self.operations, self.seen, self.single = operations, seen, False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = func._schema.name
        if name in self.operations:
            self.seen.add(f"torch.ops.{name.replace('::', '.')}")
        result = func(*args, **(kwargs or {}))
        if not self.single and not name.startswith("aten::copy_"):
            given = {a.dtype for a in args if isinstance(a, torch.Tensor)}
            made = isinstance(result, torch.Tensor) and result.dtype in SHORT and bool(given) and not given & SHORT
            self.single = made or (torch.float64 in given and bool(given & SHORT))
        return result


def _profile(
    codes: dict[CodeType, dict[int, str]], functions: dict[int, str], methods: dict[str, str], seen: set[str]
) -> Callable[[FrameType, str, Any], None]:
    def on_event(frame: FrameType, event: str, arg: Any) -> None:
        if event == "call" and frame.f_code in codes:
            names = codes[frame.f_code]
            seen.add(names.get(id(frame.f_locals.get(CHOOSES)), next(reversed(names.values()))))
        elif event == "c_call" and not frame.f_code.co_filename.startswith(LIBRARIES):
            name = functions.get(id(arg))
            if name is None and isinstance(getattr(arg, "__self__", None), torch.Tensor):
                name = methods.get(arg.__name__)
            if name is not None:
                seen.add(name)

    return on_event


def _told(name: str) -> str:
    """What a call of this name is called on the card."""
    return THE_REFERENCE if name.startswith("gradschool.") else name


def _look_up(dotted: str) -> Any:
    """The object of a dotted path, or None where this machine does not have it."""
    parts = dotted.split(".")
    found: Any
    if parts[0] not in ("torch", "gradschool"):  # no other library is imported for this
        found = sys.modules.get(".".join(parts[:-1]))
        return getattr(found, parts[-1], None)
    for cut in range(len(parts) - 1, 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:cut]))
        except ImportError:
            continue
        for part in parts[cut:]:
            found = getattr(found, part, None)
        return found
    return None


def _choice(found: Any) -> int:
    """What tells functions apart that share their code: the first of the two between which each chooses."""
    code = getattr(found, "__code__", None)
    if not isinstance(code, CodeType) or CHOOSES not in code.co_freevars:
        return ANY
    return id(found.__closure__[code.co_freevars.index(CHOOSES)].cell_contents)


def _codes(found: Any) -> list[CodeType]:
    """Code objects of a function, or of the methods of a class that do its work."""
    if isinstance(found, type):
        methods = [vars(found).get(name) for name in ("__init__", "forward", "step")]
        return [code for method in methods for code in _codes(method)]
    found = getattr(found, "__wrapped__", found)
    code = getattr(found, "__code__", None)
    return [code] if isinstance(code, CodeType) else []
