"""Grade one rebuilt notebook: run it in the sandbox, judge the evidence, and write one output per question.

Runs in the trusted process, and fails closed: every graded cell holds an error until its verdict replaces it.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from nbformat import from_dict
from nbformat.v4 import new_output

from autograder.checking import feedback
from autograder.checking.assess import verdict_on
from autograder.checking.conclusions import conclude
from autograder.checking.evidence import Evidence
from autograder.checking.expectation import expect
from autograder.checking.failures import failures
from autograder.checking.packing import unpack
from autograder.checking.verdict import State, Verdict
from autograder.grading.asked_first import asked_first
from autograder.grading.judged_by import judged_by
from autograder.grading.readings import Readings
from autograder.lessons.cells import (
    ANSWER,
    KEY,
    GradeRecord,
    definitions,
    grade_id,
    is_added,
    is_check,
    is_code,
    is_script,
    is_setup,
    is_solution,
    points,
)
from autograder.printable import printable
from autograder.sandbox.runner import Runner
from autograder.sandbox.steps import Step, StepResult
from autograder.spec import Exercise, catalogue

log = logging.getLogger("gradschool")


def grade(
    notebook: Any, runner: Runner, seed_of: Callable[[str], int], drawn: Mapping[str, Mapping[str, str]] | None = None
) -> list[Verdict]:
    """Run and judge a rebuilt notebook in place.

    Args:
        notebook: what `rebuild` returned.
        runner: the sandbox to run it in.
        seed_of: the seed of an exercise for this student.
        drawn: what the seed of an exercise was made from, for its record.

    Returns:
        The verdicts in the order of the questions; each stands in its cell as well.
    """
    for cell in filter(is_check, notebook.cells):
        cell.outputs = [new_output("error", ename="NotGraded", evalue="This question has not been graded.")]
    told = notebook.metadata[KEY]
    notes = told["notes"]
    steps = [step for cell in _in_order(notebook) if (step := _step(cell, seed_of, notes)) is not None]
    readings = Readings(told.get("readings", {}), steps, seed_of)
    steps = asked_first(readings.steps)
    if not any(step.kind == "check" for step in steps):
        steps = []  # nothing to find out: the notebook could not be read, say
    results = {result.cell: result for result in runner.run(steps)}
    sources = [step.source for step in steps if step.kind == "run"]
    verdicts = []
    for cell in notebook.cells:
        result = results.get(cell["id"])
        if is_check(cell):
            exercise_id = grade_id(cell)
            answer, seed = f"{exercise_id}{ANSWER}", seed_of(exercise_id)
            verdict = _verdict(exercise_id, seed, result, results.get(answer), sources, notes.get(answer, ""))
            verdict.flags = [*verdict.flags, *readings.flags(exercise_id, results)]
            _write(cell, verdict, seed, (drawn or {}).get(exercise_id, {}))
            verdicts.append(verdict)
        elif result is not None:
            cell.outputs = [from_dict(o) for o in result.outputs] or _explained(result)
    return verdicts


def _in_order(notebook: Any) -> list[Any]:
    """The cells in the order in which they are run: as the student left it, where the rebuild says so."""
    order = notebook.metadata[KEY].get("order")
    if not order:
        return list(notebook.cells)
    cells = {cell["id"]: cell for cell in notebook.cells}
    return [cells[name] for name in order]


def _step(cell: Any, seed_of: Callable[[str], int], notes: dict[str, str]) -> Step | None:
    """What to do with a cell: lessons and training demos are not run, nor checks of answers that are not there."""
    if not is_code(cell):
        return None
    if is_check(cell):
        exercise = grade_id(cell)
        if f"{exercise}{ANSWER}" in notes:
            return None
        return Step("check", cell["id"], exercise=exercise, seed=seed_of(exercise))
    if is_script(cell):
        return Step("run", cell["id"], source=definitions(cell.source))
    if is_solution(cell) or is_added(cell) or is_setup(cell):
        return Step("run", cell["id"], source=cell.source)
    return None


def _explained(result: StepResult) -> list[Any]:
    """In place of a killed cell's outputs, why there are none."""
    return [new_output("error", ename=result.status, evalue=result.reason)] if result.reason else []


def _verdict(
    exercise_id: str, seed: int, result: StepResult | None, answer: StepResult | None, sources: list[str], note: str
) -> Verdict:
    exercise = catalogue.find(exercise_id)
    try:
        if note:
            return Verdict(exercise_id, 0.0, exercise.points, reason=note, state=State.MISSING)
        if result is None:
            raise ValueError("its check was not run")
        if result.status != "ok":
            state = State.TIMEOUT if result.status == "timeout" else State.DIED
            return Verdict(exercise_id, 0.0, exercise.points, reason=_of_the_answer(result.reason), state=state)
        evidence = unpack(result.evidence)
        conclude(evidence, exercise, exercise.drawn(seed).all)
        return _judged(exercise, evidence, seed, answer, sources)
    except ValueError as error:  # evidence that cannot be read: beside a student's code anything can happen to it
        return Verdict(
            exercise_id, 0.0, exercise.points, reason=f"This question gave no usable result: {error}.", state=State.DIED
        )
    except Exception:
        log.exception("The judge failed on %s", exercise_id)
        reason = "This question could not be judged. Your instructor sees this too."
        return Verdict(
            exercise_id, 0.0, exercise.points, reason=reason, state=State.JUDGE_FAILED, flags=["the judge failed"]
        )


def _of_the_answer(reason: str) -> str:
    return reason.replace("This cell was not run", "Your answer was not run", 1).replace(
        "This cell", "Your answer, when called,", 1
    )


def _judged(
    exercise: Exercise, evidence: Evidence, seed: int, answer: StepResult | None, sources: list[str]
) -> Verdict:
    verdict = verdict_on(exercise, evidence, seed, sources)
    nothing = verdict.state in (State.MISSING, State.UNATTEMPTED)
    if nothing and answer is not None and answer.status != "ok":
        verdict.state, verdict.reason = State.MISSING, answer.reason.replace("This cell", "The answer's cell", 1)
    return verdict


def _write(cell: Any, verdict: Verdict, seed: int, drawn: Mapping[str, str]) -> None:
    """The one trusted output of a question: the score as text, the explanation as HTML."""
    exercise = catalogue.find(verdict.exercise)
    score = min(max(float(verdict.points), 0.0), points(cell))
    verdict.flags = [printable(flag) for flag in verdict.flags]
    # Messages of a student's errors stand in it: marks of direction would turn round what stands beside them.
    html, plain = (printable(text(exercise, verdict, seed), lines=True) for text in (feedback.card, feedback.text))
    cell.outputs = [new_output("execute_result", {"text/plain": repr(score), "text/html": html}, execution_count=None)]
    GradeRecord(
        verdict.state.value,
        score,
        [d.misconception for d in verdict.diagnoses if d.misconception],
        [d.title for d in verdict.diagnoses],
        verdict.flags,
        plain,
        [d.mistake for d in verdict.diagnoses if d.mistake],
        judged_by=dict(judged_by(verdict.exercise)),
        means=[d.means.value for d in verdict.diagnoses],
        failed=failures(verdict, expect(exercise, seed).cases) if verdict.rows else [],
        drawn=dict(drawn),
    ).write(cell)
