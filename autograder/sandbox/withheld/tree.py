"""The tree of our packages that stands inside the sandbox, made once for each version and kept in the user's cache.

`inside/` is what is mounted there: the modules of the grader that question an answer, questions without their lower
halves, the library with stubs. `loans.json` beside it stays on the trusted side.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from autograder import exercise_folders
from autograder.sandbox.withheld.bundles import bundles
from autograder.sandbox.withheld.definitions import Library
from autograder.sandbox.withheld.graded import withheld
from autograder.sandbox.withheld.redacted import redacted

# Where imports are followed from; what is never taken along, though something there may name it.
ROOTS = (
    *("autograder.sandbox.fork_server", "autograder.sandbox.gather", "autograder.sandbox.desk"),
    *("autograder.spec.probes", "autograder.spec.chance"),
)
STAY = ("autograder.spec.exercise", "autograder.spec.mistakes", "autograder.student", "autograder.exercises")
AUTOGRADER = Path(__file__).resolve().parents[2]


@cache
def tree() -> Path:
    """The folder of this version's tree; made if it is not there yet."""
    place = _cache() / _digest()
    if not (place / "loans.json").is_file():
        place.parent.mkdir(parents=True, exist_ok=True)
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


@cache
def loans() -> dict[str, Any]:
    """What may be lent: ``bundles`` by definition, ``references`` by exercise."""
    found: dict[str, Any] = json.loads((tree() / "loans.json").read_text(encoding="utf-8"))
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
    for package, folder in (("autograder", AUTOGRADER), ("gradschool", library_folder())):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield f"{package}/{path.relative_to(folder).as_posix()}", path
    for i, folder in enumerate(exercise_folders.outside()):
        yield from ((f"{i}/{path.relative_to(folder).as_posix()}", path) for path in sorted(folder.rglob("*.py")))


def _digest() -> str:
    digest = hashlib.sha256(sys.version.encode())
    for name, path in _sources():
        content = path.read_bytes() if path.suffix == ".py" else str(path.stat()[6:9]).encode()
        digest.update(name.encode() + b"\0" + content)
    return digest.hexdigest()[:32]


def _make(place: Path) -> None:
    from autograder.spec import catalogue  # with torch: only where a tree is made

    library = Library({"gradschool": library_folder()})
    held = withheld(library, catalogue.all_exercises())
    inside = place / "inside"
    for module in questioning(AUTOGRADER):
        _write(inside / "autograder" / module.relative_to(AUTOGRADER), module.read_text(encoding="utf-8"))
    for i, folder in enumerate([exercise_folders.OURS, *exercise_folders.outside()]):
        target = inside / "autograder" / "exercises" if i == 0 else inside / "exercises" / str(i - 1)
        for path in folder.glob("*/*.py"):
            _write(target / path.relative_to(folder), upper_half(path))
    _write_library(library, {d for d in held.reveals}, inside / "lib" / "gradschool")
    known = {
        "bundles": bundles(library, held),
        "references": {exercise: ":".join(definition) for exercise, definition in held.references.items()},
    }
    _write(place / "loans.json", json.dumps(known))


def _write_library(library: Library, held: set[tuple[str, str]], target: Path) -> None:
    folder = library_folder()
    for name, module in library.modules.items():
        names = {d for home, d in held if home == name}
        _write(target / module.path.relative_to(folder), redacted(module, names))
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix != ".py" and "__pycache__" not in path.parts:
            copy = target / path.relative_to(folder)
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
