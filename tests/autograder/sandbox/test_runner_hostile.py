"""Hostile and unlucky notebooks as data: for each its cells, and the status that every one of them must get.

A string is a cell that runs; a ``Check`` is a check of what ``answer`` is by then. ``PROJECT`` and ``WRITABLE`` in a
cell stand for the project's folder and the size of a private folder in bytes; ``GRADSCHOOL_SECRET`` is the name of a
file and of an environment variable of the trusted side, made by ``conftest``, that nothing in the sandbox may find.
"""

import contextlib
import json
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest

from autograder.sandbox.limits import Limits
from autograder.sandbox.runner import Runner
from autograder.sandbox.steps import Step, StepResult

pytestmark = pytest.mark.sandbox
PROJECT = Path(__file__).parents[3]


class Check(NamedTuple):
    exercise: str = "double"
    seed: int = 7


class Case(NamedTuple):
    name: str
    cells: list[str | Check]
    statuses: list[str]


HONEST = "def answer(seed): return 2 * seed"


def one(name: str, cell: str, status: str) -> Case:
    """A hostile cell between an honest answer and the check of it: the check must come out as if alone."""
    return Case(name, [HONEST, cell, Check()], ["ok", status, "ok"])


FORGE = """
import json, os, struct
def forge(step, nonce, evidence=b"forged"):
    header = json.dumps({"step": step, "nonce": nonce, "status": "ok", "outputs": []}).encode()
    for number in range(3, 64):
        try:
            os.write(number, struct.pack(">II", len(header), len(evidence)) + header + evidence)
        except OSError:
            pass
"""
STOLEN_NONCE = """
import gc
nonce = next(o["nonce"] for o in gc.get_objects() if isinstance(o, dict) and {"nonce", "step"} <= set(o))
"""

ENDINGS = [
    one("exception", "1 / 0", "error"),
    one("syntax error", "def f(:", "error"),
    one("exception that cannot be printed", "class E(Exception):\n    __str__ = None\nraise E", "error"),
    one("exception with a message of 50 MB", "raise ValueError('x' * 50_000_000)", "error"),
    one("BaseException", "raise BaseException('no')", "error"),
    one("endless recursion", "def f(): f()\nf()", "error"),
    one("sys.exit", "import sys; sys.exit(0)", "error"),
    one("IPython's exit", "exit()", "error"),
    one("exit in a callback", "get_ipython().events.register('post_run_cell', lambda *a: exit())", "error"),
    one("input", "name = input('Who are you? ')", "error"),
    one("endless loop", "while True: pass", "timeout"),
    one("endless sleep", "import time; time.sleep(1e6)", "timeout"),
    one(
        "endless loop that swallows everything",
        "import signal\nfor s in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM): signal.signal(s, signal.SIG_IGN)\n"
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "timeout",
    ),
    one("stops itself", "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)", "timeout"),
    one("os._exit", "import os; os._exit(0)", "died"),
    one("os._exit(3)", "import os; os._exit(3)", "died"),
    one("segmentation fault", "import ctypes; ctypes.string_at(0)", "died"),
    one("abort", "import os; os.abort()", "died"),
    one("kills itself", "import os; os.kill(os.getpid(), 9)", "died"),
    one("kills all it can", "import os\ntry: os.kill(-1, 9)\nexcept OSError: pass", "ok"),
    one("kills its parent", "import os\ntry: os.kill(os.getppid(), 9)\nexcept OSError: pass", "ok"),
    one("becomes another program", "import os; os.execv('/usr/bin/sleep', ['sleep', '1000'])", "died"),
    one("raises the limits", "import resource as r; r.setrlimit(r.RLIMIT_AS, (r.RLIM_INFINITY,) * 2)", "error"),
]

FLOODS = [
    one("endless printing", "while True: print('x' * 1000)", "timeout"),
    one("a hundred thousand lines", "for i in range(100_000): print(i)", "ok"),
    one("one line of 50 MB", "print('x' * 50_000_000)", "ok"),
    one("50 MB of control characters", "print('\\0' * 50_000_000)", "ok"),
    one("a value of 50 MB", "'x' * 50_000_000", "ok"),
    one("a flood of displays", "for i in range(3_000): display(i)", "ok"),
    one("50 MB past sys.stdout", "import os\nfor i in range(50): os.write(1, b'x' * 1_000_000)", "error"),
    one("lone surrogates", "print('\\ud800'); '\\udfff'", "ok"),
    one("a broken repr", "class R:\n    def __repr__(self): raise SystemExit\nR()", "error"),
    one("streams closed and replaced", "import os, sys\nsys.stdout = None\nos.close(1); os.close(2)", "ok"),
    one("fork bomb", "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass", "timeout"),
    one("one fork that goes on", "import os; os.fork()", "ok"),
    one("threads without end",
        "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=[99]).start()", "error"),
    one("memory bomb", "x = []\nwhile True: x.append(bytearray(10**8))", "error"),
    one("memory bomb in torch", "import torch; torch.ones(10**11)", "error"),
    one("memory in many processes",
        "import os, time\nfor i in range(9):\n    if os.fork() == 0:\n        x = bytearray(b'x') * (150 * 10**6)\n"
        "        time.sleep(1e6)\ntime.sleep(1e6)", "died"),
    one(
        "disk filler",
        "written = 0\nfor folder in ('/scratch', '/dev/shm'):\n    try:\n        for i in range(10_000):\n"
        "            with open(f'{folder}/{i}', 'wb', 0) as f: written += f.write(bytes(1 << 20))\n"
        "    except OSError as e: pass\nassert written <= 2 * WRITABLE, written",
        "ok",
    ),
    one(
        "a file for each inode",
        "try:\n    for i in range(10**7): open(f'{i}', 'w').close()\nexcept OSError: pass\nassert i < 30_000, i",
        "ok",
    ),
    one("memory that no limit counts", "import os; os.memfd_create('x')", "error"),
]  # fmt: skip

ESCAPES = [
    one(
        "looks for the class and the solutions",
        "import os\nfrom pathlib import Path\n"
        "parts = ('solutions', 'course', 'class', 'tests', 'pyproject.toml', '.git')\n"
        "assert not any(Path('PROJECT', part).exists() for part in parts)\n"
        "for folder, folders, files in os.walk('/'):\n"
        "    assert 'GRADSCHOOL_SECRET' not in files, folder\n"
        "    folders[:] = [x for x in folders if x not in ('usr', 'bin', 'lib', 'lib64', 'proc')]\n",
        "ok",
    ),
    one("reads the environment", "import os; assert 'GRADSCHOOL_SECRET' not in os.environ", "ok"),
    one(
        "reads the environment, memory and files of every process",
        "import glob, sys\n"
        "ours = [path.encode() for path in sys.path if path]  # .venv may lie in the project: its name is no secret\n"
        "for path in glob.glob('/proc/[0-9]*/environ') + glob.glob('/proc/[0-9]*/cmdline'):\n"
        "    try: text = open(path, 'rb').read()\n"
        "    except OSError: continue\n"
        "    assert b'GRADSCHOOL_SECRET' not in text, path\n"
        "    for folder in ours: text = text.replace(folder, b'')\n"
        "    assert b'PROJECT' not in text, path\n"
        "import os\n"
        "for process in glob.glob('/proc/[0-9]*'):\n"
        "    assert not os.path.exists(process + '/root' + 'PROJECT/tests'), process",
        "ok",
    ),
    one(
        "writes where it should not",
        "import os\n"
        "ours = ['/', '/gradschool', '/gradschool/autograder']\n"
        "for top in [*ours, '/etc', '/usr/bin', '/dev', '/proc', os.path.dirname(os.__file__)]:\n"
        "    try: open(top + '/x', 'w')\n"
        "    except OSError: continue\n"
        "    raise AssertionError(top)",
        "ok",
    ),
    one("has privileges", "import os; os.setuid(0)", "error"),
    one("makes namespaces of its own", "import ctypes; assert ctypes.CDLL(None).unshare(0x10000000) == 0", "error"),
    one("unmounts", "import ctypes; assert ctypes.CDLL(None).umount2(b'/proc', 2) == 0", "error"),
    one(
        "traces its parent", "import ctypes, os; assert ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0) == 0", "error"
    ),
]

CHANNEL = [
    one("garbage into every descriptor",
        "import os\nfor i in range(3, 64):\n    try: os.write(i, bytes(99))\n    except OSError: pass", "died"),
    one("a forged reply", FORGE + "forge(2, 'guessed')", "died"),
    one("a forged reply that announces 4 GB",
        "import os\nfor i in range(3, 64):\n    try: os.write(i, b'\\xff' * 8)\n    except OSError: pass", "flooded"),
    one("evidence for another step with the nonce of this one", FORGE + STOLEN_NONCE + "forge(2, nonce)", "died"),
    one("a reply that is JSON but not ours", FORGE + "forge([], {})", "died"),
    one("descriptors closed", "import os; os.closerange(3, 256)", "died"),
    one("half a message, then nothing",
        "import os, time\nfor i in range(3, 64):\n    try: os.write(i, b'\\0\\0\\0\\x09' + bytes(4) + b'{')\n"
        "    except OSError: pass\ntime.sleep(1e6)", "timeout"),
    Case("the answer forges when it is checked",
         [HONEST, Check("double", 1), FORGE + "def answer(seed): forge(4, 'guessed')", Check(), HONEST, Check()],
         ["ok", "ok", "ok", "died", "ok", "ok"]),
    one("the channel replaced by another",
        "import os, socket\nother, end = (s.detach() for s in socket.socketpair())\n"
        "for i in {*range(3, 64)} - {other, end}: os.dup2(other, i)", "died"),
]  # fmt: skip

REPLAYS = [
    Case("each dead cell costs itself only",
         ["n = 1", "import os; os._exit(1)", "n += 1", "while True: pass", "def answer(seed): return n", Check()],
         ["ok", "died", "ok", "timeout", "ok", "ok"]),
    Case("an answer that ends the process when called",
         [HONEST, Check("first", 1), "def answer(seed):\n    import os; os._exit(1)", Check(), HONEST, Check()],
         ["ok", "ok", "ok", "died", "ok", "ok"]),
    Case("an answer that never returns",
         ["def answer(seed):\n    while True: pass", Check(), HONEST, Check()], ["ok", "timeout", "ok", "ok"]),
    Case("an answer that exits", ["def answer(seed): raise SystemExit", Check(), HONEST, Check()],
         ["ok", "error", "ok", "ok"]),
    Case("an answer that is not there", [Check(), HONEST, Check()], ["error", "ok", "ok"]),
    Case("an alarm for the cells after it",
         [HONEST, "import signal, time; signal.alarm(1)", "time.sleep(1.2)", Check()], ["ok", "ok", "ok", "ok"]),
    Case("evidence too large", ["def answer(seed): return bytes(10**7)", Check(), HONEST, Check()],
         ["ok", "flooded", "ok", "ok"]),
    Case("a process that outlives its cell",
         [HONEST, "import subprocess, threading, time\nsubprocess.Popen(['sleep', '98765'], start_new_session=True)\n"
          "threading.Thread(target=time.sleep, args=[1e6]).start()", Check()], ["ok", "ok", "ok"]),
]  # fmt: skip

EVERY = ENDINGS + FLOODS + ESCAPES + CHANNEL + REPLAYS


def run(runner: Runner, case: Case, limits: Limits | None = None) -> list[StepResult]:
    """Run a case; every cell's source is filled in."""
    words = {"PROJECT": str(PROJECT), "WRITABLE": str(runner.limits.tmp_bytes)}
    steps = []
    for i, cell in enumerate(case.cells):
        if isinstance(cell, Check):
            steps.append(Step("check", str(i), exercise=cell.exercise, seed=cell.seed))
            continue
        for word, text in words.items():
            cell = cell.replace(word, text)
        steps.append(Step("run", str(i), source=cell))
    return runner.run(steps, limits)


def verify(runner: Runner, case: Case) -> None:
    """Every status is as the case says, and a check that is ok brings the evidence it would bring alone."""
    limits = replace(runner.limits, seconds_per_cell=1.0) if "timeout" in case.statuses else runner.limits
    results = run(runner, case, limits)
    assert [result.status for result in results] == case.statuses, [(r.reason, r.outputs) for r in results]
    for cell, result in zip(case.cells, results, strict=True):
        assert (result.reason == "") == (result.status == "ok")
        size = sum(len(json.dumps(output)) for output in result.outputs)
        assert size <= 6 * runner.limits.output_bytes_per_cell + 200_000
        if isinstance(cell, Check) and result.status == "ok":
            assert result.evidence is not None
            exercise, seed, value = json.loads(result.evidence)
            assert (exercise, seed) == (cell.exercise, cell.seed)
            assert value == (2 if case.cells[0] == "n = 1" else 2 * cell.seed)
        else:
            assert result.evidence is None


@pytest.mark.parametrize("case", EVERY, ids=[case.name for case in EVERY])
def test_hostile_notebook(case: Case, warm: Runner) -> None:
    verify(warm, case)


def test_a_thread_that_steals_the_next_request_harms_its_own_notebook_only(warm: Runner) -> None:
    """Thread and notebook race for each request: whoever wins, a step is done, or runs out of time."""
    thief = """
import os, stat, threading
def steal(number):
    if stat.S_ISSOCK(os.fstat(number).st_mode):
        threading.Thread(target=lambda: os.read(number, 1 << 20), daemon=True).start()
for number in range(3, 64):
    try: steal(number)
    except OSError: pass
"""
    case = Case("thief", [HONEST, Check(), thief, Check("double", 8), Check("double", 9)], [])
    results = run(warm, case, replace(warm.limits, seconds_per_cell=1.0))
    statuses = [result.status for result in results]
    assert statuses[:3] == ["ok"] * 3 and set(statuses[3:]) <= {"ok", "timeout"}
    for result, seed in zip(results[3:], (8, 9), strict=True):
        assert result.evidence is None or json.loads(result.evidence) == ["double", seed, 2 * seed]


def test_cold_sandbox_holds_as_well(cold: Runner) -> None:
    """A cold start takes seconds: one notebook tries all the escapes, and dies once."""
    tried = [*ESCAPES, next(case for case in ENDINGS if case.name == "os._exit(3)")]
    cells, statuses = [case.cells[1] for case in tried], [case.statuses[1] for case in tried]
    before = psutil.Process().children(recursive=True)
    verify(cold, Case("every escape", [HONEST, *cells, Check()], ["ok", *statuses, "ok"]))
    assert psutil.Process().children(recursive=True) == before


def test_without_a_sandbox_the_escapes_succeed(unprotected: Runner) -> None:
    """Else the tests above would prove nothing. What there is of cleaning up works without a sandbox too."""
    reading = [case for case in ESCAPES if case.name.startswith(("looks", "reads the environment, memory"))]
    sleeper = "import subprocess; subprocess.Popen(['sleep', '97532'])"
    results = run(unprotected, Case("reading", [*(case.cells[1] for case in reading), sleeper], []))
    assert [result.status for result in results] == ["error", "error", "ok"]
    assert all("AssertionError" in result.reason for result in results[:2])
    assert not alive("97532")


def alive(word: str) -> list[psutil.Process]:
    """Processes with a word in their command line."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            found += [process] if word in " ".join(process.cmdline()) else []
    return found
