"""Mechanical changes to references: what they are, and that the grader sees those that matter."""

import ast
import inspect
from collections import Counter
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from autograder.cli import app
from autograder.grader_exam import mutation
from autograder.grader_exam.cores import on_each_core
from autograder.grader_exam.mutants import Origin, Survival, Tally, Told, all_survivals, drawn, survival, total
from autograder.grader_exam.mutation import mutants
from autograder.grader_exam.own_slips import is_own, own_slips
from autograder.spec import Exercise, Question, catalogue
from gradschool.convolutional import windows
from gradschool.feedforward import activations

SEEDS = [20_100, 1]


def after(source: str) -> set[str]:
    """Every expression or statement that may stand in place of one of `source`, and its whole line with it."""
    (statement,) = ast.parse(source).body
    return {ast.unparse(new) for node in mutation._nodes(statement) for new in mutation.replacements(node)}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("y = a + b", {"a - b", "a", "b"}),
        ("y = -a", {"a"}),
        ("y = a < b", {"a <= b"}),
        ("y = f(x, dim=1)", {"f(x)", "x", "2", "0"}),
        ("y = x.sum(dim=(0, 2))", {"x.mean", "x.sum()", "x", "1", "-1", "3"}),
        ("y = torch.flip(x)", {"x"}),
        ("y = a if c else b", {"a", "b"}),
        ("y = True", {"False"}),
        ("y = (a, b, c)", {"(b, a, c)"}),
        ("y += a", {"pass", "y -= a"}),
        ("x.add_(y)", {"pass", "x"}),
        ("y = a and b", {"a or b", "a", "b"}),
    ],
)
def test_what_may_stand_in_place_of(source: str, expected: set[str]) -> None:
    assert expected <= after(source), after(source)


def test_a_mutant_differs_in_one_place_and_the_reference_stays_as_it_is() -> None:
    found = list(mutants(activations.relu))
    assert found
    x = torch.tensor([-2.0, 0.0, 3.0])
    assert torch.equal(activations.relu(x), torch.tensor([0.0, 0.0, 3.0]))
    lines = inspect.getsource(activations).splitlines()
    for mutant in found:
        assert mutant.before in ast.unparse(ast.parse(lines[mutant.line - 1].strip()))
        assert mutant.after != mutant.before
        assert mutant.answer is not activations.relu


def test_checks_of_arguments_are_left_alone() -> None:
    def raises(definition: ast.AST) -> set[int]:
        return {node.lineno for node in ast.walk(definition) if isinstance(node, ast.Raise)}

    tree = ast.parse(inspect.getsource(windows))
    lines = {mutant.line for mutant in mutants(windows.conv_output_size)}
    assert raises(tree) and not lines & (raises(tree) | {line - 1 for line in raises(tree)})


def unsteady(cases) -> Exercise:
    return Exercise(Question(cases=cases), activations.relu, points=2)


def test_a_mutant_that_the_cases_cannot_see_survives_and_is_told() -> None:
    zeros = survival(unsteady(lambda draw: [torch.zeros(3, dtype=torch.float64)]), SEEDS)
    assert zeros.survivors and zeros.tried == zeros.killed + len(zeros.survivors)
    signs = survival(unsteady(lambda draw: [draw.away_from_zero(8), -draw.normal(2).abs() - 1]), SEEDS)
    assert len(signs.survivors) < len(zeros.survivors)


@pytest.mark.parametrize("name", ["softmax", "elbo_loss", "gru_cell", "critic_loss"])
def test_no_mutant_of_these_keeps_its_points(name: str) -> None:
    found = survival(catalogue.find(name), SEEDS)
    assert found.tried > 5
    assert [(mutant.before, mutant.after) for mutant in found.survivors] == []


def test_a_question_whose_answer_is_a_number_has_no_mutants() -> None:
    assert survival(catalogue.find("count_mlp_parameters"), SEEDS) == Survival("count_mlp_parameters")


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_the_grader_sees_nearly_all_mutants() -> None:
    found = list(all_survivals([exercise.id for exercise in catalogue.all_exercises()], SEEDS))
    assert sum(one.killed for one in found) > 0.93 * sum(one.tried for one in found) > 4000


def test_exercises_are_measured_in_processes_of_their_own_and_come_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    found = list(all_survivals(["perplexity", "relu"], SEEDS))
    assert [one.exercise for one in found] == ["perplexity", "relu"]
    assert found[1].killed == survival(catalogue.find("relu"), SEEDS).killed
    assert list(on_each_core(len, ["a", "bcd"])) == [1, 3]


def told(origin: Origin, *diagnoses: str) -> Told:
    return Told("relu", origin, 7, "y = x + 1", "y = x - 1", diagnoses)


def test_the_command_counts_and_shows_what_kept_its_points(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    kept = mutation.Mutant(7, "y = x + 1", "y = x - 1", None)
    relu = {Origin.OTHER: Tally(3, 2, 1, Counter(known=1)), Origin.OWN: Tally(2, 2, 0, Counter(changed=2))}
    softmax = {Origin.OTHER: Tally(20, 20, 0, Counter(pattern=11)), Origin.OWN: Tally(), Origin.TWO: Tally(4, 4)}
    said = [told(Origin.OTHER, "known: sums"), told(Origin.OWN, "changed: adds")]
    survivals = [
        Survival("relu", relu | {Origin.TWO: Tally()}, [kept], said),
        Survival("softmax", softmax, [], [told(Origin.TWO, "pattern: It is 0.", "unused: never uses `z`")]),
    ]
    asked = []
    monkeypatch.setattr(
        "autograder.grader_exam.mutants.all_survivals", lambda *given: iter([survivals, asked.append(given)][0])
    )
    file = tmp_path / "drawn.txt"
    command = ["mutants", "--unit", "feedforward", "--every", "4", "--sample", "8", "--draw", str(file)]
    shown = CliRunner().invoke(app, command)
    assert shown.exit_code == 0, shown.output
    [(names, seeds, sample)] = asked
    assert (names, seeds, sample) == ([e.id for e in catalogue.all_exercises("feedforward")][::4], SEEDS, 8)
    rows = [[cell.strip() for cell in line.strip("│").split("│")] for line in shown.output.splitlines()]
    assert ["relu", "5", "4", "3", "1"] in rows
    assert ["all", "25", "24", "14", "1"] in rows
    assert shown.output.splitlines()[-6:-3] == [
        "one change: 23 tried, 22 lost points (1 gave nothing to compare), 12 got a diagnosis (55%): "
        "known 1 (5%), pattern 11 (50%)",
        "one change that the diagnosis makes too: 2 tried, 2 lost points (0 gave nothing to compare), "
        "2 got a diagnosis (100%): changed 2 (100%)",
        "two changes at once: 4 tried, 4 lost points (0 gave nothing to compare), 0 got a diagnosis (0%): none",
    ]
    assert "relu, line 7: y = x + 1\n    → y = x - 1" in shown.output
    drawn = file.read_text()
    assert drawn.count("relu, line 7") == 2 and "known: sums" in drawn and "never uses `z`" in drawn
    assert "changed: adds" not in drawn  # what the diagnosis makes itself proves nothing


def test_a_mutant_that_the_diagnosis_makes_itself_is_counted_apart() -> None:
    exercise = catalogue.find("adam_step")
    own, name = own_slips(exercise), "adam_step"
    source = mutation.spelled(ast.parse(inspect.getsource(inspect.getmodule(exercise.reference))), name)
    assert not is_own(source, name, own)  # no slip leaves it as it is
    assert is_own(source.replace("beta1 * m +", "beta1 * m -"), name, own)
    assert not is_own(source.replace("beta1 * m +", "beta1 * m.tanh() +"), name, own)
    assert not is_own("def another(): pass", name, own)
    assert own_slips(catalogue.find("count_mlp_parameters")) == set()


def test_what_is_found_of_a_mutant_is_told_by_its_means() -> None:
    found = survival(catalogue.find("sigmoid"), SEEDS, sample=3)
    assert found.tallies[Origin.OWN].tried > 0
    assert 0 < found.tallies[Origin.TWO].tried <= 3
    for origin, tally in found.tallies.items():
        said = [told for told in found.told if told.origin is origin]
        assert tally.diagnosed == len(said) <= tally.killed <= tally.tried
        assert tally.means == Counter(told.diagnoses[0].split(":")[0] for told in said)
    assert total([found, found]).tallies[Origin.OWN].killed == 2 * found.tallies[Origin.OWN].killed


def test_diagnoses_are_drawn_by_chance_and_always_the_same() -> None:
    many = Survival("relu", told=[told(Origin.OTHER, f"known: {i}") for i in range(300)])
    assert drawn([many], 100) == drawn([many], 100) != many.told[:100]
    assert len(set(drawn([many], 100))) == 100
    assert len(drawn([many], 1000)) == 300
