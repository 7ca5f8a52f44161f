"""What the runner brings back from honest notebooks, what it leaves behind, and where it refuses."""

import base64
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import nbformat
import numpy as np
import psutil
import pytest
from PIL import Image

from autograder.checking.assess import question
from autograder.checking.packing import pack, unpack
from autograder.sandbox.choice import SandboxError, choose
from autograder.sandbox.limits import Limits
from autograder.sandbox.runner import Runner
from autograder.sandbox.steps import Step, StepResult
from autograder.spec import catalogue

pytestmark = pytest.mark.sandbox
PROJECT = Path(__file__).parents[3]
INSIDE = Path(__file__).parent / "inside"
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


def run(runner: Runner, *sources: str) -> list[StepResult]:
    return runner.run([Step("run", str(i), source=source) for i, source in enumerate(sources)])


def test_outputs_are_nbformat_and_faithful(warm: Runner) -> None:
    cells = [
        "import sys\nprint('one'); print('two', file=sys.stderr); print('three')",
        "x = 6\nx * 7",
        "x * 7;",
        "import matplotlib.pyplot as plt\nplt.plot([1, 4, 2]);",
        "from IPython.display import HTML, display\ndisplay(HTML('<script>alert(1)</script>'))",
        "raise KeyError('gone')",
        "!echo from a shell",
    ]
    results = run(warm, *cells)
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(c, outputs=r.outputs) for c, r in zip(cells, results, strict=True)]
    )
    nbformat.validate(nbformat.from_dict(json.loads(json.dumps(notebook))))
    shown = [r.outputs for r in results]
    assert shown[0] == [
        {"output_type": "stream", "name": "stdout", "text": "one\n"},
        {"output_type": "stream", "name": "stderr", "text": "two\n"},
        {"output_type": "stream", "name": "stdout", "text": "three\n"},
    ]
    assert [o["data"] for o in shown[1]] == [{"text/plain": "42"}]
    assert shown[2] == []
    picture = Image.open(io.BytesIO(base64.b64decode(shown[3][0]["data"]["image/png"])))
    assert picture.size[0] > 300
    assert "script" not in json.dumps(shown[4])
    assert (shown[5][0]["ename"], shown[5][0]["evalue"]) == ("KeyError", "'gone'")
    assert "\x1b" not in json.dumps(shown[5])
    assert shown[6] == [{"output_type": "stream", "name": "stdout", "text": "from a shell\n"}]
    assert [r.status for r in results] == ["ok"] * 5 + ["error", "ok"]
    assert results[5].reason == "This cell raised KeyError: 'gone'"


def test_display_updates_and_clearing(warm: Runner) -> None:
    results = run(
        warm,
        "from IPython.display import clear_output, display\nh = display(1, display_id=True)\nh.update(2)",
        "for i in range(3):\n    clear_output(wait=True)\n    print(i)",
    )
    assert [o["data"]["text/plain"] for o in results[0].outputs] == ["2"]
    assert [o["text"] for o in results[1].outputs] == ["2\n"]


def test_cut_outputs_say_so_and_keep_the_beginning(warm: Runner) -> None:
    (long,) = run(warm, "print('x' * 50_000_000)")
    assert long.status == "ok"
    text = "".join(o["text"] for o in long.outputs)
    assert text.startswith("x" * warm.limits.output_bytes_per_cell) and "cut here" in text
    (many,) = run(warm, "for i in range(1000): display(i)")
    assert many.outputs[0]["data"]["text/plain"] == "0" and "cut here" in many.outputs[-1]["text"]
    assert len(many.outputs) == warm.limits.outputs_per_cell + 1


def test_each_notebook_begins_alike_and_alone(warm: Runner) -> None:
    """Chance repeats, so that a regrade gives the same; names, files and modules of the notebook before are gone."""
    draw = "import numpy, random, torch\nprint(random.random(), numpy.random.rand(), torch.rand(1).item(), hash('x'))"
    first = run(warm, draw, "import sys, torch\ntorch.left = sys.left = left = 1\nopen('left', 'w').close()")
    second = run(warm, draw, "import os, sys, torch\nassert not hasattr(torch, 'left') and not hasattr(sys, 'left')",
                 "assert not os.path.exists('left')", "left")  # fmt: skip
    assert first[0].outputs == second[0].outputs
    assert [r.status for r in second] == ["ok", "ok", "ok", "error"]


def test_check_gets_what_its_step_is_told(warm: Runner) -> None:
    seed = 2**200 + 1
    steps = [Step("run", "a", "def answer(seed): return seed + 1"), Step("check", "b", exercise="next", seed=seed)]
    results = warm.run(steps)
    assert [r.cell for r in results] == list("ab")
    assert json.loads(results[1].evidence or b"") == ["next", seed, seed + 1]
    assert results[0].evidence is None


def test_evidence_from_the_sandbox_is_what_it_is_outside(secret: None) -> None:
    """The whole way with the real gathering; cases that were drawn outside and packed are those drawn here."""
    exercise = catalogue.find("softmax")
    answer = "import torch\ndef softmax(z):\n    e = (z - z.amax(-1, True)).exp()\n    return e / e.sum(-1, True)"
    with Runner() as runner:
        answered, checked, unanswered = runner.run(
            [
                Step("run", "a", answer),
                Step("check", "b", exercise="softmax", seed=2**62 + 1),
                Step("check", "c", exercise="sigmoid", seed=1),
            ]
        )
    assert answered.status == "ok" and checked.status == "ok", (answered, checked)
    evidence = unpack(checked.evidence)
    scope: dict[str, Any] = {}
    exec(answer, scope)
    outside = unpack(pack(question(exercise, scope["softmax"], 2**62 + 1)))
    assert evidence.arrays.keys() == outside.arrays.keys()
    assert all(np.array_equal(evidence.arrays[k], v, equal_nan=True) for k, v in outside.arrays.items())
    assert evidence.notes == outside.notes
    assert unpack(unanswered.evidence).notes.missing


def test_time_of_a_submission_is_shared(warm: Runner) -> None:
    endless = Step("run", "endless", "while True: pass")
    limits = replace(warm.limits, seconds_per_cell=0.6, seconds_per_submission=0.8)
    results = warm.run([endless, endless, Step("run", "c", "x = 1")], limits)
    assert [r.status for r in results] == ["timeout", "timeout", "not run"]
    assert "0.8 seconds" in results[2].reason


def test_fresh_starts_are_counted(warm: Runner) -> None:
    dying = Step("run", "dying", "import os; os._exit(1)")
    results = warm.run([dying, dying, dying, Step("run", "d", "x = 1")], replace(warm.limits, replays=2))
    assert [r.status for r in results] == ["died", "died", "died", "not run"]
    assert "more than 2 times" in results[3].reason


def test_no_network(warm: Runner) -> None:
    """Neither to this machine's own ports and sockets, nor out."""
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp, socket.socket(socket.AF_UNIX) as local:
        for listener in (tcp, udp):
            listener.bind(("127.0.0.1", 0))
        local.bind(f"\0gradschool-{os.getpid()}")
        tcp.listen()
        local.listen()
        results = run(
            warm,
            f"import socket\nsocket.create_connection(('127.0.0.1', {tcp.getsockname()[1]}), 2)",
            f"socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', {udp.getsockname()[1]}))",
            f"socket.socket(socket.AF_UNIX).connect('\\0gradschool-{os.getpid()}')",
            "socket.create_connection(('192.0.2.1', 80), 2)",
            "socket.getaddrinfo('localhost.example', 80)",
        )
        assert [r.status for r in results] == ["error"] * 5, [r.reason for r in results]
        udp.setblocking(False)
        with pytest.raises(BlockingIOError):
            udp.recv(1)


def test_nothing_is_left_behind(secret: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No process, no open file, no temporary folder: after a run, a crash of the template, an exception, the end."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    before = (set(psutil.Process().children()), len(os.listdir("/proc/self/fd")))
    sleeper = "import subprocess; subprocess.Popen(['sleep', '97531'], start_new_session=True)"
    with pytest.raises(ZeroDivisionError), Runner(sandbox="warm", evidence="stand_in:gather", extra=[INSIDE]) as runner:
        assert run(runner, sleeper)[0].status == "ok"
        (template,) = set(psutil.Process().children()) - before[0]
        assert not [p for p in template.children(recursive=True) if p.name() == "sleep"]
        template.kill()
        assert run(runner, sleeper)[0].status == "ok"
        1 / 0  # noqa: B018
    runner.close()
    assert (set(psutil.Process().children()), len(os.listdir("/proc/self/fd"))) == before
    assert list(tmp_path.iterdir()) == []


def test_sandbox_dies_with_the_grader() -> None:
    code = (
        "from pathlib import Path\nfrom autograder.sandbox.runner import Runner\nfrom autograder.sandbox.steps import Step\n"
        f"runner = Runner(sandbox='warm', evidence='stand_in:gather', extra=[Path('{INSIDE}')])\n"
        "runner.run([Step('run', 'a', \"import subprocess; subprocess.run(['sleep', '97533'])\")])"
    )
    grader = psutil.Popen([sys.executable, "-c", code], env=ENVIRONMENT)
    started: list[psutil.Process] = []
    try:
        while not any(p.name() == "sleep" for p in started):
            assert grader.poll() is None
            time.sleep(0.1)
            started = grader.children(recursive=True)
    finally:
        grader.kill()
        grader.wait()
    assert len(started) >= 5  # bubblewrap twice, the template, the first process of the notebook, the notebook, sleep
    _, left = psutil.wait_procs(started, timeout=30)
    assert not [p for p in left if p.status() != psutil.STATUS_ZOMBIE]


def test_refuses_without_bubblewrap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(SandboxError, match="apt-get install bubblewrap"):
        choose()
    assert choose("none").kind == "none"
    with pytest.raises(ValueError, match="auto, warm, cold or none"):
        choose("off")


FORBIDDING = """
import os, sys
from autograder.sandbox.namespaces import CLONE_NEWNS, CLONE_NEWUSER, libc
from autograder.sandbox.choice import choose
entered, mapped = os.pipe(), os.pipe()
child = os.fork()
if child == 0:
    assert libc.unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0
    os.write(entered[1], b"x")
    os.read(mapped[0], 1)
    os.setgid(0)
    os.setuid(0)
    with open("/proc/sys/user/max_user_namespaces", "w") as file:
        file.write("0")
    print(choose(), flush=True)
    os._exit(0)
os.read(entered[0], 1)
for name in ("uid_map", "gid_map"):
    with open(f"/proc/{child}/{name}", "w") as file:
        file.write("0 0 65536")
os.write(mapped[1], b"x")
os.waitpid(child, 0)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a place where namespaces are forbidden")
def test_takes_a_cold_sandbox_where_namespaces_cannot_be_nested() -> None:
    result = subprocess.run([sys.executable, "-c", FORBIDDING], capture_output=True, text=True, env=ENVIRONMENT)
    assert "kind='cold'" in result.stdout and "unshare" in result.stdout, result.stderr


def test_importing_the_runner_imports_no_torch() -> None:
    code = "import sys, autograder.sandbox.runner; assert not {'torch', 'numpy', 'IPython'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, env=ENVIRONMENT)


@pytest.mark.parametrize("bad", [{"seconds_per_cell": 0}, {"memory_bytes": "3 GB"}, {"replays": -1}])
def test_limits_must_be_positive_numbers(bad: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(bad))):
        Limits(**bad)  # type: ignore[arg-type]


@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests run as an ordinary user already")
@pytest.mark.parametrize("kind", ["warm", "cold"])
def test_works_for_an_ordinary_user(kind: str) -> None:
    code = (
        "import os\nfrom pathlib import Path\nfrom autograder.sandbox.runner import Runner\nfrom autograder.sandbox.steps import Step\n"
        "assert os.getuid() == 65534 and not os.access('/etc/shadow', os.R_OK)\n"
        f"import sys\nsys.path.insert(0, '{INSIDE.parent}')\nfrom conftest import SeedTold\n"
        f"where = dict(evidence='stand_in:gather', extra=[Path('{INSIDE}')])\n"
        f"with Runner(sandbox='{kind}', serving=SeedTold, **where) as runner:\n"
        "    steps = [Step('run', 'b', 'def answer(seed): return seed'), Step('check', 'c', exercise='same', seed=5)]\n"
        "    print([(r.status, r.evidence) for r in runner.run(steps)])"
    )
    command = [*as_ordinary_user(), sys.executable, "-c", code]
    result = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT)
    assert result.stdout.strip() == "[('ok', None), ('ok', b'[\"same\", 5, 5]')]", result.stderr


def as_ordinary_user() -> list[str]:
    """A prefix that runs a command as nobody, who can read the interpreter and this project wherever they lie."""
    needed = sorted({Path(sys.base_prefix), Path(sys.prefix), PROJECT})
    options = ["--dev-bind", "/", "/"]
    opened: set[Path] = set()
    for path in needed:
        closed = [p for p in reversed(path.parents) if not p.stat().st_mode & 0o001]
        if not closed:
            continue
        if closed[0] not in opened:
            options += ["--perms", "0755", "--tmpfs", str(closed[0])]
            opened.add(closed[0])
        for parent in reversed(path.parents):
            if closed[0] in parent.parents:
                options += ["--perms", "0755", "--dir", str(parent)]
        options += ["--ro-bind", str(path), str(path)]
    caps = [x for name in ("SETUID", "SETGID", "SETPCAP") for x in ("--cap-add", f"CAP_{name}")]
    drop = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all"]
    return ["bwrap", *options, *caps, "--", *drop]
