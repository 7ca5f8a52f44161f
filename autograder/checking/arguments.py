"""What a case hands to an answer, each thing under the name that the task has for it."""

import inspect
from collections.abc import Mapping
from typing import Any

from autograder.spec import Case, Exercise
from autograder.spec.probes import larger_versions, leaves

Arguments = Mapping[str, Any]


def arguments_of(exercise: Exercise, case: Case) -> Arguments:
    """The arguments of a case by name; what it leaves out has its default.

    Those of a class are its constructor's and its call's; parameters that it is loaded with are left out.
    """
    args = [value for value in case.args if not larger_versions(value)]
    if isinstance(exercise.reference, type) and args and isinstance(args[0], tuple):
        return _of_class(exercise.reference, args)
    given = dict(zip(exercise.argument_names(), args, strict=False))
    return given | {
        n: v for n, v in _defaults(exercise.reference).items() if n in exercise.argument_names()[len(args) :]
    }


def _of_class(reference: type, args: list[Any]) -> Arguments:
    found = dict(zip(_parameters(reference), args[0], strict=False))
    found |= {name: value for name, value in _defaults(reference).items() if name not in found}
    called = [value for value in args[1:] if not isinstance(value, dict)]
    names = _parameters(getattr(reference, "forward", None))
    for value in called:
        inputs = value if isinstance(value, list | tuple) else [value]
        if names and not leaves(inputs):
            continue  # the shape of an input that is never made
        if len(names) < len(inputs):  # a method called again and again
            found["the calls"] = inputs
        else:
            found |= dict(zip(names, inputs, strict=False))
    return found


def _parameters(function: Any) -> list[str]:
    try:
        return [name for name in inspect.signature(function).parameters if name != "self"]
    except (TypeError, ValueError):
        return []


def _defaults(function: Any) -> dict[str, Any]:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return {}
    return {p.name: p.default for p in parameters if p.default is not p.empty}


def left_out(exercise: Exercise, case: Case) -> list[str]:
    """Arguments with a default that a case does not give."""
    if isinstance(exercise.reference, type):
        names = _parameters(exercise.reference)
        given = case.args[0] if case.args and isinstance(case.args[0], tuple) else ()
    else:
        names, given = exercise.argument_names(), tuple(v for v in case.args if not larger_versions(v))
    return names[len(given) :]
