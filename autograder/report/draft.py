"""A mistake that a class has shown, drafted for its spec: a person gives it its name, and accepts it.

Nothing of the class is run here: it is text. Once accepted it runs as a spec does, outside the sandbox, so a person has
to read it; `pytest tests/autograder/test_exercises.py -k <id>` says whether it is killed, and named as itself alone.
"""

import ast
import os
from pathlib import Path

from autograder.report.clusters import Cluster
from autograder.spec import Exercise, catalogue
from autograder.spec.question import MARK

NAME = "from_the_class"
HEAD = '''"""A draft of a mistake of `{id}`. It is not loaded until it is accepted.

Made by {count}, in {forms}. The card said: {said}
It failed: {failed}

To accept it:
1. Read it. It came from a submission, and a spec runs outside the sandbox: no line may do anything but compute.
2. Give it a title that reads on from "Your `{id}` …" and says what it does, a question or two that lead away from
   it, and a name that says it too.
3. Move what stands below into the lower half of {spec}, below the line `{mark}`,
   without the imports that are there; delete this file.
4. pytest tests/autograder/test_exercises.py -k {id}
   It must lose points, and be named by its own title alone.
"""
'''
DECORATOR = """@exercise.misconception(
    "",  # the title
    # "a question",
)
"""


class NoDraft(ValueError):
    """No draft can be made; the message says why, and what to do."""


def write(cluster: Cluster) -> Path:
    """Write the draft beside the spec, and return where.

    Raises:
        NoDraft: the source cannot be read, a draft is there already, or the folder cannot be written to.
    """
    path = place(cluster.question)
    text = draft(cluster)
    try:
        with open(path, "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise NoDraft(f"{path} is there already: accept that draft, or delete it, before you write another.") from None
    except OSError as problem:
        raise NoDraft(
            f"{path} cannot be written ({os.strerror(problem.errno or 0)}): make its folder writable."
        ) from None
    return path


def place(exercise_id: str) -> Path:
    """Where the draft of an exercise lies."""
    return catalogue.entry(exercise_id).path.with_name(f"{exercise_id}{catalogue.DRAFT}")


def draft(cluster: Cluster) -> str:
    """The whole file.

    Raises:
        NoDraft: no definition can be read in the source.
    """
    exercise = catalogue.find(cluster.question)
    if not cluster.example:
        raise NoDraft(f"The source of these answers to {cluster.question} cannot be read: choose another row.")
    head = HEAD.format(
        id=exercise.id,
        count=f"{cluster.count} student{'s' * (cluster.count > 1)}",
        forms="one form" if cluster.forms == 1 else f"{cluster.forms} forms, of which this is the commonest",
        said="; ".join(cluster.said).replace("\\", "/").replace('"""', "'''") or "nothing of the mistake.",
        failed="; ".join(cluster.failed) or "it is not recorded where.",
        spec=catalogue.entry(exercise.id).path.name,
        mark=MARK,
    )
    return head + "\n" + _body(cluster.example, exercise)


def _body(source: str, exercise: Exercise) -> str:
    """The definition, decorated, under a name of its own; what it needs stands above it."""
    tree = ast.parse(source)
    taken = {m.name for m in exercise.misconceptions} | set(exercise.alternatives)
    name = next(n for n in (NAME, *(f"{NAME}_{i}" for i in range(2, 10**6))) if n not in taken)
    parts = []
    for statement in tree.body:
        answer = _as_function(statement, exercise.answer)
        for node in ast.walk(answer):
            if isinstance(node, ast.Name) and node.id == exercise.answer:
                node.id = name
        if isinstance(answer, ast.FunctionDef | ast.ClassDef) and answer.name == exercise.answer:
            answer.name = name
            parts.append(DECORATOR + ast.unparse(answer))
        else:
            parts.append(ast.unparse(answer))
    return "\n\n\n".join(parts) + "\n"


def _as_function(statement: ast.stmt, name: str) -> ast.stmt:
    """A plain value as the function that a spec has in its place."""
    if isinstance(statement, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in statement.targets):
        nothing = ast.arguments([], [], None, [], [], None, [])
        return ast.fix_missing_locations(ast.FunctionDef(name, nothing, [ast.Return(statement.value)], [], None))
    return statement
