"""Answers from elsewhere: read as blocks, run in their notebook, judged as at the desk, and told."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.grader_exam import answer_results
from autograder.grader_exam.blind_answers import (
    BadAnswers,
    Block,
    Judged,
    answer_files,
    asked_in,
    cells_before,
    judge_all,
    judge_file,
    read_blocks,
    run,
)
from autograder.lessons.layout import Lesson
from autograder.student.check import DESK_SEED

# Answers to `relu`, with how each is judged: ok, points, and what the card names.
RELU = {
    "wrong: takes the size": ("def relu(z): return z.abs()", True, 0, ["makes negative numbers positive"]),
    "wrong: is right in truth": ("def relu(z): return z.clamp(min=0)", False, 2, []),
    "wrong: raises when its cell is run": ("def relu(z): return z.abs()\nrelu(no_such_name)", False, 0, None),
    "wrong: another name": ("def rectify(z): return z.abs()", True, 0, []),
    "right: another answer of the notebook does it": ("def relu(z): return leaky_relu(z, 0.0)", True, 2, []),
    "right: talks": ("print('a')\ndef relu(z): print('b'); return z.clamp(min=0)", True, 2, []),
    "right: below a line of IPython's": ("%pip list\ndef relu(z): return z * (z > 0)", True, 2, []),
    "right: is wrong in truth": ("def relu(z): return z.abs()", False, 0, ["makes negative numbers positive"]),
}
SOFTMAX = "# %% wrong: does nothing\ndef softmax(z):\n    return z\n"


@pytest.fixture
def neurons(root: Path) -> Lesson:
    """The notebook that asks for `relu`."""
    return Lesson(root, "unit1_feedforward", "1_neurons")


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    """A folder of answers, in its units' folders."""
    folder = tmp_path / "answers" / "unit1_feedforward"
    folder.mkdir(parents=True)
    text = "\n".join(f"# %% {title}\n{source}\n" for title, (source, *_) in RELU.items())
    (folder / "relu.py").write_text(f"# Whose they are.\n\n{text}")
    return folder.parent


def one(**changed: object) -> Judged:
    """A wrong answer, rightly judged and named."""
    said = {"failed": ["Values"], "diagnoses": ["a"], "means": ["known"], "flags": []}
    sound = Judged(
        "relu", "wrong", "takes the size", "", 0, 2, "checked", "", **said, points_by_seed=[0, 0], seconds=0.1, ok=True
    )
    return replace(sound, **changed)


def test_every_answer_is_judged_as_at_the_desk(answers: Path, neurons: Lesson, capsys: pytest.CaptureFixture) -> None:
    found = judge_file(str(answers / "unit1_feedforward" / "relu.py"), {"relu": neurons}, [DESK_SEED, 900_001])
    assert [f"{j.kind}: {j.title}" for j in found] == list(RELU)
    for j, (_, ok, points, diagnoses) in zip(found, RELU.values(), strict=True):
        assert (j.exercise, j.ok, j.points, j.of, len(j.points_by_seed)) == ("relu", ok, points, 2, 2), j
        assert diagnoses is None or j.diagnoses == diagnoses
    raises, other_name = found[2], found[3]
    assert raises.error.startswith("the answer itself: NameError") and "no_such_name" in raises.error
    assert (other_name.state, other_name.error) == ("missing", "")
    assert found[0].failed and found[0].failed[0] == "Values" and not found[4].failed
    assert not capsys.readouterr().out


def test_an_answer_runs_behind_the_notebook_but_not_behind_its_own_solution(neurons: Lesson) -> None:
    assert "relu" in asked_in(neurons)
    names = [cell.name for cell in cells_before(neurons, "relu")]
    assert names[0] == "" and "leaky_relu-answer" in names and "relu-answer" not in names


def test_scripts_to_be_mended_are_run_too(root: Path) -> None:
    training = Lesson(root, "unit1_feedforward", "4_training")
    assert "debug_shuffle-script" in [cell.name for cell in cells_before(training, "debug_shuffle")]


def test_a_cell_that_never_ends_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.grader_exam.blind_answers.SECONDS", 0.05)
    assert run("while True: pass", "endless", {}) == "did not end within 0.05 seconds"


def test_a_block_is_a_header_and_what_follows(tmp_path: Path) -> None:
    path = tmp_path / "softmax.py"
    path.write_text("# anything\n\n# %% wrong: a: b\nx = 1\n\ny = 2\n# %%right:c \n")
    assert read_blocks(path) == [Block("wrong", "a: b", "x = 1\n\ny = 2"), Block("right", "c", "")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("# %% rong: a\n", "line 1: a block begins with '# %% wrong: …' or '# %% right: …'"),
        ("# %% wrong\n", "with a title"),
        ("# a\nimport torch\n# %% wrong: a\n", "line 2: code above the first block"),
        ("# %% wrong: a\nx\n# %% wrong: a\n", "line 3: a second block is called 'a'"),
        ("# nothing\n", "holds no answer"),
    ],
)
def test_a_file_that_is_none_of_answers_is_a_sentence(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "softmax.py").write_text(text)
    with pytest.raises(BadAnswers, match="softmax.py.*" + says):
        read_blocks(tmp_path / "softmax.py")


def test_files_lie_flat_or_by_unit_and_are_named_after_exercises(tmp_path: Path) -> None:
    with pytest.raises(BadAnswers, match="holds no answers"):
        answer_files(tmp_path)
    flat, by_unit = tmp_path / "softmax.py", tmp_path / "unit3_autoencoders" / "psnr.py"
    by_unit.parent.mkdir()
    flat.write_text(SOFTMAX)
    by_unit.write_text(SOFTMAX)
    assert answer_files(tmp_path) == [flat, by_unit]
    assert answer_files(tmp_path, "autoencoders") == [by_unit]
    assert answer_files(flat) == [flat]
    flat.rename(tmp_path / "sotfmax.py")
    with pytest.raises(BadAnswers, match=r"sotfmax\.py: There is no exercise called 'sotfmax'\. Did you mean softmax"):
        answer_files(tmp_path)


def test_an_exercise_that_no_notebook_asks_is_said_before_anything_is_run(tmp_path: Path) -> None:
    (tmp_path / "solutions" / "unit1_small").mkdir(parents=True)
    (tmp_path / "solutions" / "unit1_small" / "1_empty.py").write_text("# %% [markdown]\n# # Nothing\n")
    (tmp_path / "softmax.py").write_text(SOFTMAX)
    with pytest.raises(BadAnswers, match=r"no notebook of .* asks 'softmax'"):
        judge_all([tmp_path / "softmax.py"], tmp_path, 1)


def test_only_what_is_judged_or_named_otherwise_is_told() -> None:
    lines = [asdict(one()), asdict(one(title="b")) | {"naming": "named"}, asdict(one(title="c"))]
    now = [one(), one(title="b", diagnoses=[]), one(title="c", ok=False), one(title="new")]
    assert answer_results.otherwise(lines, now) == [
        "relu | wrong: b | ok True → True | named: ['a'] → []",
        "relu | wrong: c | ok True → False | : ['a'] → ['a']",
    ]


def test_lines_are_counted_with_what_a_person_said_of_them(tmp_path: Path) -> None:
    lines = [asdict(one()) | {"naming": "named"}, asdict(one(ok=False)), asdict(one(kind="right"))]
    path = tmp_path / "results.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    shown = CliRunner().invoke(app, ["rates", "--summary", str(path)])
    assert shown.output == (
        "wrong answers caught 1/2; right answers accepted 1/1; by means: known 1 (100%); naming ? 1, named 1\n"
    )
    path.write_text("".join(json.dumps({k: v for k, v in line.items() if k != "means"}) + "\n" for line in lines))
    shown = CliRunner().invoke(app, ["rates", "--summary", str(path)])  # as an earlier release wrote it
    assert shown.output == "wrong answers caught 1/2; right answers accepted 1/1; naming ? 1, named 1\n"
    for text, says in (("{", "is not JSON"), ('{"kind": "wrong"}', "has no exercise, title, ok, diagnoses"), ("3", "")):
        path.write_text(f"{json.dumps(lines[0])}\n{text}\n")
        with pytest.raises(BadAnswers, match=f"results.jsonl, line 2 {says}"):
            answer_results.read_lines(path)


def test_the_command_shows_a_table_and_what_is_misjudged(answers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [
        one(),
        one(title="escapes", ok=False, points_by_seed=[2, 2]),
        one(title="raises", ok=False, error="the answer itself: NameError()"),
        one(kind="right", title="refused", ok=False, points_by_seed=[2, 0.5]),
    ]
    monkeypatch.setattr("autograder.grader_exam.blind_answers.judge_all", lambda files, root, seeds: iter([found]))
    shown = CliRunner().invoke(app, ["rates", "--answers", str(answers)])
    assert shown.exit_code == 0, shown.output
    assert [line.split() for line in shown.output.splitlines() if line.startswith("│ feedforward")] == [
        ["│", "feedforward", "│", "3", "│", "1", "│", "1", "│", "0", "│"]
    ]
    assert shown.output.splitlines()[-4:] == [
        "relu | wrong: escapes | gets 2 of 2 points",
        "relu | wrong: raises | could not be run: the answer itself: NameError()",
        "relu | right: refused | gets 2, 0.5 of 2 points (Values)",
        "wrong answers caught 1/3; right answers accepted 0/1; by means: known 1 (100%)",
    ]


def test_the_command_writes_lines_and_compares_them_with_others(answers: Path, tmp_path: Path) -> None:
    file, before = answers / "unit1_feedforward" / "relu.py", tmp_path / "before.jsonl"
    before.write_text(json.dumps(asdict(one(diagnoses=["another mistake"]))) + "\n")
    command = ["rates", "--answers", str(file), "--json", "--seeds", "1", "--against", str(before)]
    shown = CliRunner().invoke(app, command)
    assert shown.exit_code == 0, shown.output
    lines = [json.loads(line) for line in shown.stdout.splitlines()]
    assert [(line["kind"], line["ok"]) for line in lines] == [(title[:5], ok) for title, (_, ok, *_) in RELU.items()]
    assert set(lines[0]) == set(asdict(one()))
    closing, changed = shown.stderr.splitlines()[-2:]
    by = "known 1 (50%), nothing 1 (50%)"  # who gives it another name
    assert closing == f"wrong answers caught 2/4; right answers accepted 3/4; by means: {by}"
    assert [line["means"] for line in lines][:2] == [["known"], []]
    assert changed.startswith("relu | wrong: takes the size | ok True → True") and "another mistake" in changed


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--json"], "name them with --answers"),
        (["--answers", "{tmp}/nowhere"], "does not exist"),
        (["--answers", "{tmp}"], "holds no answers"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(options: list[str], says: str, tmp_path: Path) -> None:
    shown = CliRunner().invoke(app, ["rates", *(option.format(tmp=tmp_path) for option in options)])
    assert shown.exit_code == 2
    assert says in " ".join(shown.output.replace("│", " ").split())
