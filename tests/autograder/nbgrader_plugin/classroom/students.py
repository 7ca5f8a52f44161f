"""Who hands in what, and the verdict that each must get.

A student is a name, what is done to a copy that was answered right, and what is then expected by question: points
(`LESS` than all of them, but it does not matter how many) and words of the reason. A question not named gets all.
"""

import os
from collections.abc import Callable, Mapping
from typing import NamedTuple

from .course import QUESTIONS, RIGHT, Copy

LESS = -1.0
ZEROS = {"softmax": "def softmax(z):\n    return z * 0", "relu": "def relu(z):\n    return z * 0"}
NOT_READ = {"softmax": (0, "The notebook"), "relu": (0, "The notebook")}
HTML = "<script>PWNED()</script><img src=x onerror=PWNED()>"


class Student(NamedTuple):
    name: str
    spoil: Callable[[Copy], None]
    expected: Mapping[str, tuple[float, str]] = {}


def answers(**sources: str) -> Callable[[Copy], None]:
    def spoil(copy: Copy) -> None:
        for question, source in sources.items():
            copy.answer(question.replace("_", "-"), source)

    return spoil


def instead(content: bytes) -> Callable[[Copy], None]:
    """These bytes in place of the first notebook."""
    return lambda copy: copy.files.update({"1_first.ipynb": content})


def with_helper(copy: Copy) -> None:
    copy.add("def shifted(z):\n    return z - z.amax(-1, keepdim=True)")
    copy.answer("softmax", "def softmax(z):\n    e = shifted(z).exp()\n    return e / e.sum(-1, keepdim=True)")


def hidden_in_helper(copy: Copy) -> None:
    copy.add("import torch.nn.functional as F\nhelp_me = F.softmax\ndef normalise(z):\n    return help_me(z, -1)")
    copy.answer("softmax", "def softmax(z):\n    return normalise(z)")
    copy.answer(
        "relu", "from gradschool.feedforward.activations import relu as theirs\ndef relu(z):\n    return theirs(z)"
    )


def noisy(copy: Copy) -> None:
    """Right, and loud: on both streams, with warnings, and with a number as the value of each cell."""
    loud = 'import sys, warnings\nprint("0.0"); print("oh", file=sys.stderr); warnings.warn("noise")\n'
    for question in QUESTIONS:
        inside = "\n    " + loud.strip().replace("\n", "\n    ") + "\n    "
        copy.answer(question, RIGHT[question].replace("\n    ", inside, 1) + f"\n{loud}-1.0")


def tampered(copy: Copy) -> None:
    """Everything around the answers that a score could hang on."""
    for cell in copy.first["cells"]:
        cell["metadata"]["tags"] = ["skip-execution", "raises-exception", "setup"]
        mark = cell["metadata"].get("nbgrader", {})
        if mark.get("grade"):
            mark |= {"points": 1000, "locked": False, "grade": False, "schema_version": 99, "checksum": "0"}
            cell["source"] = "1000.0"
            forged = {"softmax": "nan", "relu": "-1.0"}[mark["grade_id"]]
            cell["outputs"] = [
                {"output_type": "execute_result", "data": {"text/plain": forged}, "metadata": {}, "execution_count": 1},
                {"output_type": "stream", "name": "stderr", "text": "an error?"},
            ]
    copy.first["cells"].append(copy.cell("softmax") | {"source": "4.0"})  # the same id twice
    copy.first["cells"].remove(copy.cell("relu"))
    copy.first["metadata"] = {"kernelspec": {"name": "bash", "display_name": "Bash", "language": "bash"}}
    copy.first["nbformat_minor"] = 999


def tampered_and_wrong(copy: Copy) -> None:
    tampered(copy)
    answers(**ZEROS)(copy)


def cells_lost(copy: Copy) -> None:
    copy.first["cells"].remove(copy.cell("softmax-answer"))
    copy.first["cells"].append(copy.cell("relu-answer") | {"source": "def relu(z):\n    return z"})


def patches(copy: Copy) -> None:
    """Reaches for the kernel's own functions, the check's and torch's, and answers with zeros."""
    copy.add(
        """
import builtins, sys, numpy, torch, autograder
import autograder.checking.collect as collecting, autograder.sandbox.gather as gathering
from autograder.checking.evidence import Notes
always = lambda *a, **k: True
torch.allclose = torch.equal = torch.isclose = numpy.allclose = numpy.array_equal = always
torch.Tensor.__eq__ = always
autograder.check = lambda *a, **k: 1000.0
sys.displayhook = lambda value: print(1000.0)
get_ipython().display_formatter.format = lambda *a, **k: ({"text/plain": "1000.0"}, {})
collect = collecting.collect
def forged(*a, **k):
    found = collect(*a, **k)
    found.notes = Notes()
    found.notes.passed, found.notes.points, found.notes.state = True, 1000, "checked"
    return found
collecting.collect = gathering.collect = forged
"""
    )
    answers(**ZEROS)(copy)


def spy(copy: Copy) -> None:
    """Looks for the gradebook, the secret, the solutions and another student's answers, and tells what it finds."""
    wanted = ["class/gradebook.db", "class/secret.key", "solutions", "class/submitted/ada", "class", "."]
    paths = [str(copy.course / part) for part in wanted]
    copy.add(
        f"""
import os, sqlite3
seen = [path for path in {paths!r} if os.path.exists(path)]
try:
    sqlite3.connect({f"file:{paths[0]}?mode=rw"!r}, uri=True).execute("update grade set manual_score = 1000")
    seen.append("the gradebook, and wrote there")
except sqlite3.Error:
    pass
seen += [name for name, value in os.environ.items() if {str(copy.course)!r} in value]
"LEAK " + str(seen) if seen else "nothing found"
"""
    )


def scripts(copy: Copy) -> None:
    """HTML and JavaScript on every road to the instructor's browser."""
    copy.add(
        "from IPython.display import HTML, Javascript, Markdown, SVG, display\n"
        f"display(HTML({HTML!r}), Javascript('PWNED()'), Markdown({HTML!r}))\n"
        "display({'image/svg+xml': '<svg onload=PWNED()>', 'application/vnd.custom': 'PWNED'}, raw=True)\n"
        f"print({HTML!r})\n{HTML!r}"
    )
    copy.answer("softmax", f"def softmax(z):\n    raise ValueError({HTML!r})")
    copy.answer("relu", f"def relu(z):\n    return type({HTML!r}, (), {{}})()")
    copy.answer(
        "why-shift",
        f'Because of *cancelling*. {HTML} [a](javascript:PWNED()) ![b" onerror=PWNED() x="](c) <details ontoggle=PWNED()>\n\n'
        "<!-- PWNED --> $\\href{javascript:PWNED()}{x}$ [c]\n\n[c]: JaVaScRiPt:PWNED() 'PWNED'\n\n"
        "[e](&#106;avascript:PWNED()) [f](javascript\\:PWNED()) ![pasted](attachment:image.png) "
        "[g](data:text/html,PWNED) $$\\def\\x{\\href}\\x{javascript:PWNED()}{y}$$ "
        "<ScRiPt\n>PWNED()</ScRiPt> <a\nhref='javascript:PWNED()'>d</a> <javascript:PWNED()>",
    )


def fifo(copy: Copy) -> None:
    del copy.files["1_first.ipynb"]
    os.mkfifo(copy.folder / "1_first.ipynb")


def link(copy: Copy) -> None:
    del copy.files["1_first.ipynb"]
    (copy.folder / "1_first.ipynb").symlink_to(copy.course / "class/submitted/ada/unit1_feedforward/1_first.ipynb")


def linked_folder(copy: Copy) -> None:
    copy.files.clear()
    copy.folder.rmdir()
    copy.folder.symlink_to(copy.course / "class/submitted/ada/unit1_feedforward")


def directory(copy: Copy) -> None:
    del copy.files["1_first.ipynb"]
    (copy.folder / "1_first.ipynb").mkdir()


def side_files(copy: Copy) -> None:
    """Files beside the notebooks, which nobody asked for."""
    copy.files["timestamp.txt"] = b"\x00 the day after \xff tomorrow +99999"
    copy.files["3_extra.ipynb"] = copy.first
    copy.files["shifted.py"] = "print('a module')"
    (copy.folder / "passwords").symlink_to("/etc/passwd")
    (copy.folder / "pipe").mkdir()
    os.mkfifo(copy.folder / "pipe" / "fifo")
    copy.add("try:\n    import shifted\nexcept ImportError:\n    print('no module of mine')")


STUDENTS = (
    # honest
    Student(
        "ada",
        answers(
            softmax="def softmax(z):\n    rows = z.reshape(-1, z.shape[-1])\n"
            "    rows = [(r - r.max()).exp() / (r - r.max()).exp().sum() for r in rows]\n"
            "    return torch.stack(rows).reshape(z.shape)",
            relu="def relu(z):\n    return (z + z.abs()) / 2",
        ),
    ),
    Student("with_helper", with_helper),
    Student("noisy", noisy),
    Student("mistaken", answers(
        softmax="def softmax(z):\n    e = (z - z.amax(0, keepdim=True)).exp()\n    return e / e.sum(0, keepdim=True)",
        relu="def relu(z):\n    return z.clamp(max=0)",
    ), {"softmax": (LESS, "sums to one over the batch"), "relu": (LESS, "keeps the negative half")}),
    Student("blank", lambda copy: copy.empty(), {"softmax": (0, "Not attempted yet"), "relu": (0, "Not attempted yet"), "why-shift": (0, "")}),
    Student("surrogate", answers(relu="def relu(z):\n    'a lone \ud800'\n    return z.clamp(min=0)")),
    # broken
    Student("syntax_error", answers(softmax="def softmax(z)\n    return z"), {"softmax": (0, "SyntaxError")}),
    Student("crashes", answers(relu="def relu(z):\n    return z.positive_part()"), {"relu": (0, "positive_part")}),
    Student("endless", answers(softmax="def softmax(z):\n    while True:\n        pass"), {"softmax": (0, "stopped")}),
    Student("endless_cell", answers(relu="while True:\n    pass"), {"relu": (0, "The answer's cell was stopped")}),
    Student("exits", answers(softmax="import os\ndef softmax(z):\n    os._exit(0)"), {"softmax": (0, "ended")}),
    Student("exits_cell", answers(relu="import os\nos._exit(0)"), {"relu": (0, "The answer's cell")}),
    Student("not_numbers", answers(
        softmax="def softmax(z):\n    return z * float('nan')", relu="def relu(z):\n    return z / 0",
    ), {"softmax": (0, ""), "relu": (0, "")}),
    Student("scores_itself", answers(softmax="print(4.0)\n4.0", relu="relu = 2.0\nprint(2.0)\n'2.0'"),
            {"softmax": (0, "no `softmax`"), "relu": (0, "where a function belongs")}),
    # cells
    Student("tampered", tampered),
    Student("tampered_and_wrong", tampered_and_wrong, {"softmax": (0, ""), "relu": (0, "")}),
    Student("cells_lost", cells_lost, {"softmax": (0, "missing from the submission")}),
    # what the answer may not do
    Student("forbidden", answers(
        softmax="def softmax(z):\n    return torch.softmax(z, -1)",
        relu="from torch.nn.functional import relu as rectify\ndef relu(z):\n    return rectify(z)",
    ), {"softmax": (0, "calls torch.softmax"), "relu": (0, "relu: build it")}),
    Student("hidden", hidden_in_helper, {"softmax": (0, "softmax: build it"), "relu": (0, "calls the reference of this course")}),
    Student("patches", patches, {"softmax": (0, ""), "relu": (0, "")}),
    Student("spoils_evidence", answers(
        relu="import sys\ndef relu(z):\n"
        "    sys.modules['autograder.sandbox.gather'].pack = lambda evidence: b'PK\\x03\\x04' * 99\n"
        "    return z.clamp(min=0)"
    ), {"relu": (0, "no usable result")}),
    Student("spy", spy),
    Student("scripts", scripts, {"softmax": (0, "ValueError"), "relu": (0, "belongs")}),
    # files
    Student("fifo", fifo, NOT_READ),
    Student("link", link, NOT_READ),
    Student("linked_folder", linked_folder, NOT_READ | {"why-shift": (0, "")}),
    Student("directory", directory, NOT_READ),
    Student("missing", lambda copy: copy.files.clear(), NOT_READ | {"why-shift": (0, "")}),
    Student("not_json", instead(b"\x89PNG\r\n\x1a\n\x00"), NOT_READ),
    Student("nested", instead(b'{"cells":' + b"[" * 200_000 + b"]" * 200_000 + b"}"), NOT_READ),
    Student("side_files", side_files),
)  # fmt: skip
