"""One self-contained HTML page on a graded class."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from autograder.report import pictures, similarity, statistics
from autograder.report.clusters import Cluster, clusters
from autograder.report.explained import How, explained, in_all
from autograder.report.results import Results

MOST_EXAMPLES = 10  # clusters of answers without a name shown of one question
MOST_SHARED = 10  # mistakes across exercises shown at once, the rest behind a fold


def page(results: Results, unit: str) -> str:
    """The page as text. Raises ValueError if nothing has been graded."""
    if not results.all:
        raise ValueError(f"No submission of {unit} has been graded yet: run `nbgrader autograde {unit}` first.")
    found, mistakes = statistics.questions(results), statistics.mistakes(results)
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    return templates.get_template("page.html").render(
        unit=unit,
        students=len(results.students),
        remarks=results.remarks,
        nothing=results.nothing,
        written=_written(results),
        unread=sum(w.points is None for w in results.written),
        most=results.most,
        questions=found,
        mistakes=mistakes,
        across=[m for m in statistics.shared_mistakes(results) if len(m.exercises) > 1],
        most_shared=MOST_SHARED,
        by_question=_by_question(mistakes),
        kinds=list(How),
        explained=explained(results),
        in_all=in_all(results),
        nameless=_nameless(clusters(results)),
        most_examples=MOST_EXAMPLES,
        failures=_failures(found),
        flagged=[r for r in results.all if r.flags],
        groups=similarity.groups(results),
        pictures={
            "scores": pictures.scores(results).img(),
            "commonest": pictures.commonest(mistakes).img() if mistakes else "",
            "difficulty": pictures.difficulty(found).img(),
        },
    )


def _by_question(mistakes: list[statistics.Mistake]) -> dict[str, list[statistics.Mistake]]:
    found: dict[str, list[statistics.Mistake]] = {}
    for mistake in mistakes:
        found.setdefault(mistake.question, []).append(mistake)
    return found


def _written(results: Results) -> float:
    """The points that a person gives."""
    return sum({w.question: w.most for w in results.written}.values())


def _nameless(found: list[Cluster]) -> dict[str, list[Cluster]]:
    """The answers that nobody has named, by question; the question with the largest cluster first."""
    by: dict[str, list[Cluster]] = {}
    for cluster in found:
        by.setdefault(cluster.question, []).append(cluster)
    return by


def _failures(questions: list[statistics.Question]) -> list[tuple[str, int, list[str]]]:
    """Kinds of failure with their count and the questions where they happened most."""
    found = []
    for kind in statistics.FAILURES.values():
        where = sorted(((q.failures[kind], q.name) for q in questions if q.failures[kind]), reverse=True)
        if where:
            found.append((kind, sum(n for n, _ in where), [f"{name} ({n})" for n, name in where[:5]]))
    return found
