"""The tree of our packages that stands inside the sandbox, made once for each version and kept in the user's cache.

`inside/` is what is mounted there: the modules of the grader that question an answer, questions without their lower
halves, the library with stubs. `loans.json` beside it stays on the trusted side.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import importlib.util
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from autograder import exercise_folders, own_course
from autograder.sandbox.withheld.bundles import bundles
from autograder.sandbox.withheld.definitions import Library
from autograder.sandbox.withheld.graded import Withheld, withheld
from autograder.sandbox.withheld.redacted import redacted

# Where imports are followed from; what is never taken along, though something there may name it.
ROOTS = (
    *("autograder.sandbox.fork_server", "autograder.sandbox.gather", "autograder.sandbox.desk"),
    *("autograder.spec.probes", "autograder.spec.chance"),
)
STAY = ("autograder.spec.exercise", "autograder.spec.mistakes", "autograder.student", "autograder.exercises")
KEPT = 30 * 24 * 3600  # seconds for which a tree is kept that nobody uses
AUTOGRADER = Path(__file__).resolve().parents[2]


def tree() -> Path:
    """The folder of this version's tree, and of the course that this process works for; made if it is not there yet."""
    return _tree(own_course.own_course(), tuple(exercise_folders.named()))


@cache
def _tree(course: own_course.OwnCourse | None, named: Sequence[Path]) -> Path:
    place = _cache() / _digest()
    if (place / "loans.json").is_file():
        with contextlib.suppress(OSError):
            os.utime(place)  # it is in use
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        _forget_old(place.parent)
        with tempfile.TemporaryDirectory(dir=place.parent, prefix="making-") as partial:
            made = Path(partial) / "tree"
            _make(made)
            _let_all_read(made)
            try:
                made.rename(place)  # whole or not at all; another process may have been faster
            except OSError:
                if not (place / "loans.json").is_file():
                    raise
    return place


def _forget_old(folder: Path) -> None:
    """Take away what no process has used for long: each version of the course, and each draft of one, leaves a tree."""
    for place in folder.iterdir():
        with contextlib.suppress(OSError):
            if time.time() - place.stat().st_mtime > KEPT:
                shutil.rmtree(place, ignore_errors=True)


def loans() -> dict[str, Any]:
    """What may be lent: ``bundles`` by definition, ``references`` by exercise."""
    return _loans(tree())


@cache
def _loans(place: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((place / "loans.json").read_text(encoding="utf-8"))
    return found


def packages() -> dict[str, Path]:
    """The packages and modules that hold references, by name: ours, and those of a course of a teacher's own."""
    found = {"gradschool": library_folder()}
    course = own_course.own_course()
    if course is not None and course.references is not None:
        for name in course.packages:
            module = course.references / f"{name}.py"
            found[name] = module if module.is_file() else course.references / name
    return found


def library_folder() -> Path:
    """Where the package `gradschool` lies on this machine.

    Raises:
        ModuleNotFoundError: it is not installed.
    """
    found = importlib.util.find_spec("gradschool")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("the package gradschool cannot be found: install this project (`make lab`)")
    return Path(found.submodule_search_locations[0]).resolve()


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(home) / "gradschool" / "sandbox"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:  # no home to write to
        return Path(tempfile.mkdtemp(prefix="gradschool-"))
    return folder


def _sources() -> Iterator[tuple[str, Path]]:
    for package, folder in {"autograder": AUTOGRADER, **packages()}.items():
        for path in sorted(folder.rglob("*")) if folder.is_dir() else [folder]:
            if path.is_file() and "__pycache__" not in path.parts:
                yield f"{package}/{path.relative_to(folder).as_posix()}", path
    for i, folder in enumerate(exercise_folders.outside()):
        yield from ((f"{i}/{path.relative_to(folder).as_posix()}", path) for path in sorted(folder.rglob("*.py")))


def _digest() -> str:
    course = own_course.own_course()
    digest = hashlib.sha256(f"{sys.version} {course.told_inside() if course is not None else None}".encode())
    for name, path in _sources():
        content = path.read_bytes() if path.suffix == ".py" else str(path.stat()[6:9]).encode()
        digest.update(name.encode() + b"\0" + content)
    return digest.hexdigest()[:32]


def _make(place: Path) -> None:
    from autograder.spec import catalogue  # with torch: only where a tree is made

    library = Library(packages())
    held = withheld(library, catalogue.all_exercises())
    inside = place / "inside"
    for module in questioning(AUTOGRADER):
        _write(inside / "autograder" / module.relative_to(AUTOGRADER), module.read_text(encoding="utf-8"))
    for source, target in _spec_folders(inside):
        for path in source.glob("*/*.py"):
            _write(target / path.relative_to(source), upper_half(path))
    for package, folder in packages().items():
        target = inside / ("lib" if package == "gradschool" else "course/lib")
        _write_package(library, held, package, folder, target)
    course = own_course.own_course()
    if course is not None:
        _write(inside / "course" / own_course.FILE, course.told_inside())
    known = {
        "bundles": bundles(library, held),
        "references": {exercise: ":".join(definition) for exercise, definition in held.references.items()},
    }
    _write(place / "loans.json", json.dumps(known))


def _spec_folders(inside: Path) -> Iterator[tuple[Path, Path]]:
    """Folders of specs, and where each stands in the tree."""
    for folder in exercise_folders.ours():
        yield folder, inside / "autograder" / "exercises"
    for i, folder in enumerate(exercise_folders.named()):
        yield folder, inside / "exercises" / str(i)
    course = own_course.own_course()
    if course is not None and course.exercises is not None:
        yield course.exercises, inside / "course" / "exercises"


def _write_package(library: Library, held: Withheld, package: str, folder: Path, target: Path) -> None:
    """A package (or a module) of references with stubs in it, and its other files."""
    names: dict[str, set[str]] = {}
    for home, name in held.reveals:
        names.setdefault(home, set()).add(name)
    for home, module in library.modules.items():
        if home.partition(".")[0] == package:
            _write(target / module.path.relative_to(folder.parent), redacted(module, names.get(home, ())))
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix != ".py" and "__pycache__" not in path.parts:
            copy = target / path.relative_to(folder.parent)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)


def upper_half(path: Path) -> str:
    """A spec's question, without what is right and what is wrong; a module without a mark is given whole."""
    from autograder.spec.question import MARK

    upper, mark, _ = path.read_text(encoding="utf-8").partition(f"\n{MARK}\n")
    if not mark and path.name != "__init__.py":
        return ""
    return upper + f"\n{MARK}\n" if mark else upper


def questioning(folder: Path) -> list[Path]:
    """The grader's modules that question an answer: what `ROOTS` import, directly or not."""
    found: dict[str, Path] = {}
    waiting = list(ROOTS)
    while waiting:
        name = waiting.pop()
        path = _module(folder, name)
        if name in found or path is None or name.startswith(STAY):
            continue
        found[name] = path
        waiting += [name.rpartition(".")[0], *_imports(path)]
        if path.name == "__init__.py" and name in ROOTS:
            waiting += [f"{name}.{other.stem}" for other in path.parent.glob("*.py")]
    return sorted(set(found.values()))


def _imports(path: Path) -> Iterator[str]:
    body: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while body:
        node = body.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            body += node.orelse
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        body += ast.iter_child_nodes(node)


def _module(folder: Path, name: str) -> Path | None:
    if not name.startswith("autograder"):
        return None
    base = folder.joinpath(*name.split(".")[1:])
    for path in (base.with_suffix(".py") if base != folder else base / "__init__.py", base / "__init__.py"):
        if path.is_file():
            return path
    return None


def _let_all_read(folder: Path) -> None:
    """Whatever the umask: inside, another user reads it."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
