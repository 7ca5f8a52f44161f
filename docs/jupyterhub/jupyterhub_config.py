"""JupyterHub for this course on one machine: every user of the system gets a folder of the course and JupyterLab.

    COURSE=/srv/gradschool jupyterhub -f docs/jupyterhub/jupyterhub_config.py

The course lies where all users may read it, with its .venv, in which jupyterhub is installed (docs/instructor.md).
Everyone signs in with their password on this machine. Root starts the hub, which becomes its users; who collects and
grades is a user too (docs/instructor.md).
"""

import os
from pathlib import Path

COURSE = Path(os.environ.get("COURSE", "/srv/gradschool"))
BIN = Path(os.environ.get("COURSE_BIN", COURSE / ".venv" / "bin"))

c = get_config()

c.JupyterHub.bind_url = "http://127.0.0.1:8000"  # put a proxy with TLS in front before others can reach it
c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
c.Authenticator.allow_all = True  # every user of the system; see also Authenticator.allowed_users

# As the user: bring the folder up to the course, write the start page, become JupyterLab. Work is never overwritten.
PREPARE = f'"{BIN}/gradschool" lab --prepare-only --course "{COURSE}" --work "$HOME/gradschool"'
START = f'{PREPARE} && exec "{BIN}/jupyterhub-singleuser" "$@"'
c.Spawner.cmd = ["/bin/sh", "-c", START, "start"]
c.Spawner.notebook_dir = "~/gradschool"
c.Spawner.start_timeout = c.Spawner.http_timeout = 180  # seconds; importing JupyterLab takes long on a busy machine
c.Spawner.default_url = "/lab/tree/start.ipynb"
c.Spawner.environment = {
    "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
    "GRADSCHOOL_HOME": lambda spawner: os.path.expanduser(f"~{spawner.user.name}/gradschool/.gradschool"),
    "JUPYTER_CONFIG_PATH": str(COURSE / "autograder" / "publishing" / "lab"),
    "OMP_NUM_THREADS": "2",
}
c.Spawner.mem_limit = (
    "4G"  # enforced by spawners that can (systemd, Docker); LocalProcessSpawner only tells the notebook
)
