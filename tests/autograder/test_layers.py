"""The rooms of the house stand one above the other: imports go down, and never in a circle.

Read from the sources by `ast`, all of them: those inside functions and those under TYPE_CHECKING too.
"""

import ast
import graphlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIBRARY = "gradschool"
# What each room may import beside itself. A module that lies in no room is a room by its own name.
LOWER = {
    "checking", "extras", "lessons", "own_course", "spec", LIBRARY, "sandbox", "grading", "nbgrader_plugin", "student", "publishing",
    "untrusted", "printable", "spreadsheet",
}  # fmt: skip
MAY: dict[str, set[str]] = {
    LIBRARY: set(),
    "autograder": {"own_course"},
    "skip_iri_grammar": set(),
    "exercise_folders": {"own_course"},
    "own_course": set(),
    "printable": set(),
    "extras": {"lessons"},
    "spreadsheet": set(),
    "spec": {"exercise_folders", "own_course"},
    "exercises": {"spec", LIBRARY},
    "untrusted": set(),
    "checking": {"spec", "own_course", "untrusted"},
    "lessons": {"untrusted"},
    "student": {"checking", "lessons", "spec", "exercise_folders", "own_course", "untrusted"},
    "sandbox": {"checking", "spec", "exercise_folders", "own_course", "skip_iri_grammar"},
    "grading": {
        "sandbox",
        "checking",
        "spec",
        "lessons",
        "exercise_folders",
        "own_course",
        "extras",
        "skip_iri_grammar",
        "untrusted",
        "printable",
    },
    "authoring": {"lessons", "own_course", "spec"},
    "nbgrader_plugin": {
        "grading",
        "sandbox",
        "checking",
        "spec",
        "lessons",
        "own_course",
        "untrusted",
        "printable",
        "spreadsheet",
    },
    "publishing": {
        "nbgrader_plugin",
        "grading",
        "own_course",
        "student",
        "lessons",
        "spec",
        "checking",
        "extras",
        LIBRARY,
    },
    "report": LOWER,
    "term": LOWER | {"report"},
    "demo": LOWER | {"report"},
    "grader_exam": LOWER,
    "benchmarks": LOWER | {"demo"},
    "doctor": {"extras", "lessons", "nbgrader_plugin", "sandbox", LIBRARY},
    "commands": LOWER | {"doctor", "authoring", "report", "term", "demo", "grader_exam", "benchmarks"},
    "__main__": {"cli", "doctor"},
    "cli": {"commands", "extras", "own_course", "lessons", "skip_iri_grammar", "printable"},
}
# Old course folders name these; they hand on what lies elsewhere now.
SHIMS = {"autograder.grading.hooks", "autograder.publishing.steps"}


@cache
def modules() -> dict[str, Path]:
    """Every module of the grader and of the library, by its dotted name."""
    found = {}
    for top, package in ((ROOT, "autograder"), (ROOT / "lib", LIBRARY)):
        for path in sorted((top / package).rglob("*.py")):
            parts = path.relative_to(top).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def room(module: str) -> str:
    package, _, rest = module.partition(".")
    return package if package == LIBRARY or not rest else rest.partition(".")[0]


def imported(module: str, path: Path) -> Iterator[str]:
    """The modules of ours that one of them imports, wherever in it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    lazy = _typing_only(tree) if module == "autograder" else set()
    package = module.split(".") if path.stem == "__init__" else module.split(".")[:-1]
    for node in ast.walk(tree):
        if node in lazy:
            continue
        if isinstance(node, ast.Import):
            yield from filter(None, (_module(alias.name) for alias in node.names))
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                found = _module(f"{origin}.{alias.name}")
                if found:
                    yield found


def _module(dotted: str) -> str:
    """The longest part of a dotted name that is a module of ours; empty where none is."""
    while dotted and dotted not in modules():
        dotted = dotted.rpartition(".")[0]
    return dotted


def _typing_only(tree: ast.Module) -> set[ast.AST]:
    """What stands under `if TYPE_CHECKING`."""
    tests = [node for node in ast.walk(tree) if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    return {inside for node in tests for each in node.body for inside in ast.walk(each)}


@cache
def graph() -> dict[str, set[str]]:
    """Which modules of ours each imports; the shims left out."""
    return {module: set(imported(module, path)) - {module} for module, path in modules().items() if module not in SHIMS}


def pairs() -> set[tuple[str, str]]:
    return {(module, target) for module, targets in graph().items() for target in targets}


def test_every_room_has_its_place() -> None:
    assert {room(module) for module in modules()} == set(MAY)
    assert set(modules()) >= SHIMS


def test_every_import_goes_down() -> None:
    up = {(module, target) for module, target in pairs() if room(target) not in MAY[room(module)] | {room(module)}}
    assert sorted(up) == []


def test_no_imports_go_in_a_circle() -> None:
    try:
        graphlib.TopologicalSorter(graph()).prepare()
    except graphlib.CycleError as error:
        raise AssertionError(f"imports go in a circle: {' ← '.join(error.args[1])}") from None


def test_nothing_leans_on_the_shims() -> None:
    assert [pair for pair in pairs() if pair[1] in SHIMS] == []


def test_the_reader_of_imports_sees_them_all(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(
        "import autograder.checking.keys\n"
        "from autograder.spec import Exercise, catalogue\n"
        "from . import verdict\n"
        "from ..spec.draw import Draw\n"
        "import numpy, gradschool.feedforward.losses as losses\n"
        "if TYPE_CHECKING:\n    from autograder.grading.grade import grade\n"
        "def f():\n    class C:\n        from autograder.student import check\n"
    )
    assert sorted(imported("autograder.checking.invented", path)) == [
        "autograder.checking.keys", "autograder.checking.verdict", "autograder.grading.grade", "autograder.spec",
        "autograder.spec.catalogue", "autograder.spec.draw", "autograder.student.check", "gradschool.feedforward.losses",
    ]  # fmt: skip
