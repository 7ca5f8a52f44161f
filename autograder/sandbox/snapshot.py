"""Inside the sandbox: put back, before each check, what a student's cells have replaced in the grader and in its tools.

A cell shares its process with the gathering of evidence, and may replace any name in any module. Undoing that keeps
the guard's eyes open, and keeps a careless patch from costing its author points. It is no wall: code that runs while
it is questioned can interfere again, and nothing that comes out of this process is believed more than its numbers say.
"""

from __future__ import annotations

import builtins
import functools
import sys
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any

from autograder import exercise_folders, own_course

# With everything in them: functions' code, classes' methods. A course's own references and specs are held so, too.
OUR_PACKAGES = ("autograder", "gradschool", "safetensors")
TOOLS = (
    *("builtins", "contextlib", "dataclasses", "functools", "inspect", "io", "json", "json.encoder", "json.decoder"),
    *("random", "signal", "struct", "threading", "time", "warnings", "numpy", "torch", "torch.autograd"),
    *("torch.overrides", "torch.utils._python_dispatch", "torch.nn.functional"),
)
FIXED = frozenset(("__dict__", "__weakref__"))  # in a class, what nobody can set
ABSENT = object()
Cached = functools._lru_cache_wrapper


class Snapshot:
    """Everything as it is now, to be put back later.

    Names that are new stay, as a student's own, unless they would hide what was there: a built-in function's name
    in a module, an inherited method's in a class. What our functions have cached is forgotten: a cell may have had
    them cache anything.
    """

    def __init__(self) -> None:
        self._packages = frozenset([*OUR_PACKAGES, *own_course.packages(), *_loaded_specs()])
        modules = {name: m for name, m in sys.modules.items() if self._ours(name) or name in TOOLS}
        self._modules = {name: module for name, module in modules.items() if isinstance(module, ModuleType)}
        self._spaces: list[tuple[dict[str, Any], dict[str, Any]]] = []
        self._classes: dict[type, tuple[dict[str, Any], frozenset[str]]] = {}
        self._codes: dict[FunctionType, tuple[Any, ...]] = {}
        self._caches: list[Any] = []
        lists: list[list[Any]] = [sys.path, sys.meta_path, sys.path_hooks]
        self._lists = [(each, list(each)) for each in lists]
        for name, module in self._modules.items():
            self._record(vars(module))
            for key, value in list(vars(module).items()) if self._ours(name) else []:
                if key != "__builtins__":
                    self._record_inside(value)
        tensor = getattr(self._modules.get("torch"), "Tensor", None)
        if tensor is not None:
            self._record_class(tensor)

    def restore(self) -> None:
        """Put back what was kept."""
        for name, module in self._modules.items():
            if sys.modules.get(name) is not module:
                sys.modules[name] = module
        for space, before in self._spaces:
            for key, value in before.items():
                if space.get(key, ABSENT) is not value:
                    space[key] = value
            if len(space) > len(before):
                for key in _BUILT_IN & (space.keys() - before.keys()):
                    del space[key]
        for owner, (before, inherited) in self._classes.items():
            now = vars(owner)
            for key, value in before.items():
                if now.get(key, ABSENT) is not value:
                    setattr(owner, key, value)
            if len(now) > len(before):
                for key in inherited & (now.keys() - before.keys()):
                    delattr(owner, key)
        for function, parts in self._codes.items():
            if _parts(function) != parts:
                function.__code__, function.__defaults__, function.__kwdefaults__ = parts
        for each, entries in self._lists:
            if each != entries:
                each[:] = entries
        for cached in self._caches:
            Cached.cache_clear(cached)  # the type's: it may have been given one of its own

    def _record(self, space: dict[str, Any]) -> None:
        self._spaces.append((space, dict(space)))

    def _record_inside(self, value: Any) -> None:
        if isinstance(value, FunctionType) and self._ours(value.__module__ or ""):
            self._codes[value] = _parts(value)
        elif isinstance(value, type) and self._ours(value.__module__) and value not in self._classes:
            self._record_class(value)
            for method in _functions(value):
                self._codes[method] = _parts(method)
        elif isinstance(value, Cached) and self._ours(value.__module__):
            self._caches.append(value)
        elif type(value) is dict:
            self._record(value)
        elif self._ours(type(value).__module__) and hasattr(value, "__dict__"):  # an exercise, a concept
            self._record(vars(value))
            for part in vars(value).values():  # an exercise's probe
                if self._ours(type(part).__module__) and hasattr(part, "__dict__"):
                    self._record(vars(part))

    def _record_class(self, owner: type) -> None:
        own = {key: value for key, value in vars(owner).items() if key not in FIXED}
        self._classes[owner] = own, frozenset(dir(owner)) - FIXED

    def _ours(self, name: str) -> bool:
        return name.partition(".")[0] in self._packages


_BUILT_IN = frozenset(dir(builtins))


def _loaded_specs() -> set[str]:
    """The packages in which specs outside our own have been loaded."""
    return {
        head for name in list(sys.modules) if (head := name.partition(".")[0]).startswith(exercise_folders.PACKAGES)
    }


def _parts(function: FunctionType) -> tuple[Any, ...]:
    return function.__code__, function.__defaults__, function.__kwdefaults__


def _functions(owner: type) -> Iterator[FunctionType]:
    for value in vars(owner).values():
        inner = getattr(value, "__func__", getattr(value, "fget", value))
        if isinstance(inner, FunctionType):
            yield inner
