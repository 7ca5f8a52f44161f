"""Shared mistakes: one id each, and shared indeed."""

import pkgutil
import re
from collections import Counter, defaultdict
from importlib import import_module
from pathlib import Path

from autograder.spec import catalogue, mistakes
from autograder.spec.mistakes import Mistake

MODULES = [import_module(f"{mistakes.__name__}.{module.name}") for module in pkgutil.iter_modules(mistakes.__path__)]
SHARED = {id(m): m for module in MODULES for m in vars(module).values() if isinstance(m, Mistake)}.values()


def test_ids_are_written_once_and_in_kebab_case() -> None:
    """A mistake may have other words (`worded`), but no other mistake may have its id."""
    sources = "\n".join(Path(str(module.__file__)).read_text() for module in MODULES)
    written = Counter(re.findall(r"\bMistake\(\s*\"([^\"]+)\"", sources))
    assert not [name for name, count in written.items() if count > 1]
    assert {m.id for m in SHARED} == set(written)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", m.id) for m in SHARED)


def test_every_shared_mistake_is_made_in_two_exercises() -> None:
    makers = defaultdict(set)
    for exercise in catalogue.all_exercises():
        for misconception in exercise.misconceptions:
            makers[misconception.mistake].add(exercise.id)
    lonely = {m.id: sorted(makers[m.id]) for m in SHARED if len(makers[m.id]) < 2}
    assert not lonely
