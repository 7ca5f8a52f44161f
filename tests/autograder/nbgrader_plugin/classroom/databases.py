"""A PostgreSQL server of the tests' own: Debian's programs, a folder and a socket that nobody else has."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg


def programs() -> Path | None:
    """Where initdb and pg_ctl are, of the newest version."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    beside = shutil.which("initdb")
    return found[-1].parent if found else Path(beside).parent if beside else None


class Server:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _admin(self) -> psycopg.Connection:
        return psycopg.connect(f"host={self._folder} user=postgres dbname=postgres", autocommit=True)

    def database(self, name: str) -> str:
        """A fresh database; returns its `db_url`."""
        with self._admin() as admin:
            admin.execute(f'CREATE DATABASE "{name}"')
        return f"postgresql+psycopg://postgres@/{name}?host={self._folder}"

    def cut(self, name: str) -> None:
        """End every connection to a database."""
        with self._admin() as admin:
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])


@contextmanager
def server(bin_folder: Path) -> Iterator[Server]:
    """PostgreSQL refuses to run as root: then it is run as its own user."""
    folder = Path(tempfile.mkdtemp(prefix="gradschool-postgres-"))
    user = None
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)

    def run(program: str, *options: str) -> None:
        who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
        subprocess.run(
            [bin_folder / program, "-D", folder / "data", *options],
            cwd=folder, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **who,
        )  # fmt: skip

    try:
        run("initdb", "--auth=trust", "--username=postgres", "--no-sync", "--encoding=UTF8", "--locale=C")
        settings = f"-c listen_addresses='' -c unix_socket_directories='{folder}'"
        run("pg_ctl", "start", "--wait", "--log", str(folder / "log.txt"), "--options", settings)
        try:
            yield Server(folder)
        finally:
            run("pg_ctl", "stop", "--mode=immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
