"""A draft of a mistake: beside its spec, loaded by nobody, and a misconception like any other once it is accepted."""

import ast
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder import exercise_folders
from autograder.grader_exam.rates import rates
from autograder.report import draft
from autograder.report.clusters import Cluster, clusters
from autograder.report.results import Result, Results
from autograder.spec import catalogue

CUBES = "def softmax(anna):\n    e = anna.exp() ** 3\n    return e / e.sum(-1, keepdim=True)  # mine"


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A teacher's own copy of a spec, in place of all others."""
    folder = tmp_path / "specs"
    path = folder / "feedforward" / "softmax.py"
    path.parent.mkdir(parents=True)
    shutil.copy(exercise_folders.OURS / "feedforward" / "softmax.py", path)
    monkeypatch.setattr(exercise_folders, "OURS", tmp_path / "none")
    monkeypatch.setenv(exercise_folders.VARIABLE, str(folder))
    forget()
    yield path
    monkeypatch.undo()
    forget()


def forget() -> None:
    """What the catalogue knows of specs, and Python of their modules outside the package."""
    catalogue.entries.cache_clear()
    catalogue.find.cache_clear()
    for name in [name for name in sys.modules if name.startswith("gradschool_exercises_")]:
        del sys.modules[name]


def cluster(answer: str = CUBES, question: str = "softmax") -> Cluster:
    [only] = clusters(
        Results([Result("ada", question, 1.0, 4.0, "checked", failed=("Values: case 1",), answer=answer)])
    )
    return only


def test_a_draft_lies_beside_its_spec_and_nothing_loads_it(spec: Path) -> None:
    path = draft.write(cluster())
    assert path == spec.with_name("softmax.draft.py")
    forget()
    assert list(catalogue.entries()) == ["softmax"]
    text = path.read_text()
    assert "anna" not in text and "mine" not in text and "Values: case 1" in text and "1 student" in text
    assert max(map(len, text.splitlines())) <= 120


def test_a_draft_that_is_there_is_not_written_over(spec: Path) -> None:
    path = draft.write(cluster())
    path.write_text("a title, found with much thought")
    with pytest.raises(draft.NoDraft, match="accept that draft, or delete it"):
        draft.write(cluster())
    assert path.read_text() == "a title, found with much thought"


def accepted(spec: Path, title: str, hint: str) -> None:
    """What the draft says to do, done."""
    path = spec.with_name("softmax.draft.py")
    _, _, body = path.read_text().rpartition('"""\n')
    spec.write_text(
        spec.read_text() + body.replace('"",  # the title', f"{title!r},").replace('# "a question"', repr(hint))
    )
    path.unlink()
    forget()


def test_an_accepted_draft_is_killed_and_named_by_its_own_title(spec: Path) -> None:
    draft.write(cluster())
    accepted(spec, "raises the exponentials to a power", "What does the task do between exp and sum?")
    exercise = catalogue.find("softmax")
    assert exercise.misconceptions[-1].name == "from_the_class"
    found = rates(exercise, [1])
    assert found.misjudged == [] and found.named == len(exercise.misconceptions)


def test_a_draft_cannot_be_accepted_without_title_and_question(spec: Path) -> None:
    path = draft.write(cluster())
    _, _, body = path.read_text().rpartition('"""\n')
    spec.write_text(spec.read_text() + body)
    forget()
    with pytest.raises(ValueError, match="needs at least one hint"):
        catalogue.find("softmax")


def test_a_second_draft_has_a_name_of_its_own(spec: Path) -> None:
    draft.write(cluster())
    accepted(spec, "raises the exponentials to a power", "What does the task do between exp and sum?")
    assert "def from_the_class_2(z):" in draft.draft(cluster())


def test_a_class_and_a_plain_value_are_drafted_as_a_spec_has_them() -> None:
    text = draft.draft(cluster("n = [1]\ncount_mlp_parameters = sum(n)", "count_mlp_parameters"))
    assert text.endswith("def from_the_class():\n    return sum(v1)\n")
    source = (
        "class Autoencoder(nn.Module):\n    def forward(self, x):\n        return super(Autoencoder, self).forward(x)"
    )
    text = draft.draft(cluster(source, "autoencoder"))
    assert "class from_the_class(nn.Module):" in text and "super(from_the_class, self)" in text
    ast.parse(text)


def test_without_a_source_there_is_no_draft() -> None:
    with pytest.raises(draft.NoDraft, match="cannot be read: choose another row"):
        draft.draft(cluster("def softmax(z:"))
