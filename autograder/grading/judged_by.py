"""What a verdict was come to with: digests of the spec, its reference and the engine, kept with each grade.

Comments and layout do not count: a digest changes when the code does. What an answer was judged by is written into its
`GradeRecord`; held against what it would be judged by now, it tells whether a regrade might give something else.
"""

import ast
import hashlib
import importlib.util
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path

from autograder import own_course
from autograder.spec import catalogue

LIBRARY = "gradschool"
SPECS = ("autograder.exercises", "autograder.spec.mistakes")  # what belongs to a spec beside its own file
ENGINE = ("spec", "checking", "untrusted", "sandbox", "grading")  # rooms whose code decides what a verdict is
ASIDE = (  # no verdict hangs on these
    "mistakes",
    "album.py",
    "pictures.py",
    "written.py",
    "certificates.py",
    "dask_address.py",
    "dask_pool.py",
    "pool.py",
    "pools.py",
    "progress.py",
    "deferred_interrupt.py",
    "atomic.py",
)


@cache
def judged_by(exercise_id: str) -> Mapping[str, str]:
    """Digests by what they are of: ``spec``, ``reference``, ``engine``."""
    spec = catalogue.entry(exercise_id).path
    reached = _reached(spec)
    ours = [path for name, path in reached.items() if name.startswith(SPECS)]
    theirs = [path for name, path in reached.items() if name.partition(".")[0] in _libraries()]
    return {"spec": _digest([spec, *ours]), "reference": _digest(theirs), "engine": _engine()}


def changed(before: Mapping[str, str], exercise_id: str) -> list[str]:
    """What is another now than when a verdict was come to; empty where nothing is, or where nothing was noted."""
    return [what for what, digest in judged_by(exercise_id).items() if before and before.get(what) != digest]


def _reached(spec: Path) -> dict[str, Path]:
    """Modules of the specs and the library that a spec imports, and those that they import, by name."""
    found: dict[str, Path] = {}
    waiting = [spec]
    while waiting:
        for name in _imported(waiting.pop()):
            path = _file(name)
            if path is not None and name not in found:
                found[name] = path
                waiting.append(path)
    return found


@cache
def _imported(path: Path) -> tuple[str, ...]:
    names: list[str] = []
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return tuple(name for name in names if name.partition(".")[0] in _libraries() or name.startswith(SPECS))


@cache
def _libraries() -> frozenset[str]:
    """Packages that hold references: ours, and those of a course of a teacher's own."""
    return frozenset([LIBRARY, *own_course.packages()])


@cache
def _file(module: str) -> Path | None:
    """Where a module lies; None for a name that is none, such as a function's."""
    try:
        spec = importlib.util.find_spec(module)
    except ModuleNotFoundError:
        return None
    return Path(spec.origin) if spec is not None and spec.origin else None


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def _code(path: Path) -> bytes:
    return ast.unparse(_tree(path)).encode()


def _digest(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(set(paths), key=lambda path: (path.name, str(path))):
        digest.update(path.name.encode() + b"\0" + _code(path) + b"\0")
    return digest.hexdigest()[:16]


@cache
def _engine() -> str:
    torch = metadata.version("torch").partition("+")[0]
    return hashlib.sha256(f"{torch} {_digest(list(_engine_files()))}".encode()).hexdigest()[:16]


def _engine_files() -> Iterator[Path]:
    package = Path(__file__).parents[1]
    for room in ENGINE:
        for path in (package / room).rglob("*.py"):
            if not set(path.relative_to(package / room).parts) & set(ASIDE):
                yield path
