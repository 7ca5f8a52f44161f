"""The exam of the grader itself: verdicts that depend on the seed are counted, and told."""

from typer.testing import CliRunner

from autograder.cli import app
from autograder.grader_exam.rates import rates, total
from autograder.spec import Exercise, Question
from autograder.spec.draw import Draw
from tests.autograder.checking import toys

SEEDS = range(40)


def positive_parts() -> Exercise:
    """One number a case: a wrong answer that forgets the sign can only be seen where the number is negative."""
    exercise = Exercise(Question(cases=lambda draw: [draw.away_from_zero(1)]), lambda x: x.clamp(min=0), points=2)

    @exercise.misconception("changes nothing", "What should become of -1?")
    def unchanged(x):
        return x + 0

    @exercise.misconception("takes the size", "What should become of -1?")
    def absolute(x):
        return x.abs()

    @exercise.alternative
    def afraid_of_large_numbers(x):
        return x.clamp(0, 1.5)

    return exercise


def test_a_verdict_that_depends_on_the_seed_is_counted_and_told():
    found = rates(positive_parts(), SEEDS)
    numbers = {seed: Draw(seed).away_from_zero(1).item() for seed in SEEDS}
    negative = sum(x < 0 for x in numbers.values())
    large = sum(x > 1.5 for x in numbers.values())
    assert 0 < negative < len(SEEDS)
    assert large > 0
    assert (found.tried_wrong, found.tried_right) == (2 * len(SEEDS), 2 * len(SEEDS))
    assert found.killed == found.named == 2 * negative
    assert found.means == {"known": 2 * negative}
    assert found.accepted == 2 * len(SEEDS) - large
    lucky = next(seed for seed, x in numbers.items() if x > 0)
    assert f"seed {lucky}: absolute passes" in found.misjudged
    assert len(found.misjudged) == 2 * (len(SEEDS) - negative) + large
    unlucky = next(seed for seed, x in numbers.items() if x > 1.5)
    assert f"seed {unlucky}: afraid_of_large_numbers fails (Values)" in found.misjudged


def test_a_mistake_that_another_explains_as_well_is_not_counted_as_named():
    exercise = toys.means()
    exercise.misconception("sums, in other words", "What do you divide by?")(lambda x: x.sum(-1))
    found = rates(exercise, [1])
    assert (found.tried_wrong, found.killed, found.named) == (2, 2, 1)
    assert found.misjudged == ["seed 1: <lambda> is diagnosed as sums"]


def test_sound_verdicts_leave_nothing_to_tell_and_add_up():
    found = [rates(toys.means(), SEEDS), rates(toys.two_outputs(), SEEDS)]
    everything = total(found)
    assert everything.misjudged == []
    assert everything.killed == everything.named == everything.tried_wrong == 3 * len(SEEDS)
    assert everything.accepted == everything.tried_right == 2 * len(SEEDS)
    assert everything.means == {"known": 3 * len(SEEDS)}


def test_a_unit_that_is_none_is_a_sentence_with_those_that_are():
    answer = CliRunner().invoke(app, ["rates", "--unit", "autoencoder"])
    assert answer.exit_code == 2
    assert "adversarial, autoencoders, convolutional" in " ".join(answer.output.replace("│", " ").split())
