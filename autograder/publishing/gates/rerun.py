"""Gates 2 and 5, the part that runs: nbval runs a solution notebook and compares every output with the stored one.

nbval is told in `nbval_plugin` how cells run here, and how near is near enough for a number.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from autograder.publishing.execute import CELL_SECONDS, kernel_environment, scratch_folder
from autograder.publishing.gates.outputs import PICTURE_BYTES

SANITIZE = f"""\
[pictures]
regex: {PICTURE_BYTES}
replace: data:image/png
"""


def rerun(notebook: Path) -> list[str]:
    """Run `pytest --nbval` on one notebook, where no other notebook's saved answers are seen.

    Returns:
        nbval's report, as one text, if a cell fails or shows something else than it stored.
    """
    with scratch_folder() as folder:
        (folder / "pytest.ini").write_text("[pytest]\n")  # not the settings of whatever lies around the folder
        (folder / "sanitize.cfg").write_text(SANITIZE)
        (folder / "home").mkdir()
        shutil.copyfile(notebook, folder / notebook.name)
        env = {k: v for k, v in kernel_environment(folder / "home").items() if not k.startswith("PYTEST_")}
        env["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # hypothesis and others take seconds, and no notebook needs them
        nbval = ["--nbval", "--nbval-current-env", f"--nbval-cell-timeout={CELL_SECONDS}"]
        nbval += ["--nbval-sanitize-with", "sanitize.cfg"]
        plugins = ["-p", "no:cacheprovider", "-p", "autograder.skip_iri_grammar", "-p", "nbval.plugin"]
        plugins += ["-p", "autograder.publishing.gates.nbval_plugin"]
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "--color=no", "--maxfail=5", *plugins, *nbval, notebook.name],
            cwd=folder,
            env=env,
            capture_output=True,
            text=True,
        )
    return [] if run.returncode == 0 else [f"{run.stdout}\n{run.stderr}".strip()]
