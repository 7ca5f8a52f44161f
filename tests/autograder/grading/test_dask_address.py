"""A scheduler is on this machine, or is reached by TLS with certificates that one command makes."""

import ssl
from pathlib import Path

import pytest
from distributed import Security
from typer.testing import CliRunner

from autograder.cli import app
from autograder.grading import certificates
from autograder.grading.dask_address import is_here, security, security_for
from autograder.grading.pool import NoCluster

ELSEWHERE = [
    "tcp://10.0.0.1:8786", "10.0.0.1:8786", "tcp://0.0.0.0:8786", "tcp://192.168.1.2:1", "tcp://[2001:db8::1]:8786",
    "tcp://cluster.example.org:8786", "tcp://127.0.0.1.example.org:8786", "tcp://localhost.example.org:8786",
    "ws://127.0.0.1:8786", "ucx://10.0.0.1:1", "tcp://", "tcp://[::1:8786", "tcp://127.0.0.1@10.0.0.1:8786",
]  # fmt: skip
HERE = ["tcp://127.0.0.1:8786", "127.0.0.1:8786", "tcp://localhost:8786", "tcp://[::1]:8786", "tcp://127.8.9.1:1"]


@pytest.mark.parametrize("address", ELSEWHERE)
def test_another_machine_without_tls_is_refused_with_what_to_do(tmp_path: Path, address: str) -> None:
    with pytest.raises(NoCluster, match="gradschool cluster init"):
        security_for(address, tmp_path)


@pytest.mark.parametrize("address", HERE)
def test_this_machine_is_not(tmp_path: Path, address: str) -> None:
    assert security_for(address, tmp_path) is None
    assert is_here("127.0.0.1") and not is_here("")


def test_certificates_are_made_for_their_owner_and_each_side_accepts_the_other(tmp_path: Path) -> None:
    folder = tmp_path / "class" / "cluster"
    made = CliRunner().invoke(app, ["cluster", "init", "--certificates", str(folder)])
    assert made.exit_code == 0, made.output
    names = {certificates.AUTHORITY, *(f"{role}.{end}" for role in certificates.ROLES for end in ("pem", "key"))}
    assert {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()} == dict.fromkeys(names, 0o600)
    assert folder.stat().st_mode & 0o777 == folder.parent.stat().st_mode & 0o777 == 0o700
    assert security_for("tls://10.0.0.1:8786", folder) is not None
    assert shake_hands(folder, folder)

    again = CliRunner().invoke(app, ["cluster", "init", "--certificates", str(folder)])
    assert again.exit_code == 2 and "is there already" in " ".join(again.output.split())
    before = (folder / certificates.AUTHORITY).read_bytes()
    certificates.make(tmp_path / "others")
    with pytest.raises(ssl.SSLError):
        shake_hands(folder, tmp_path / "others")
    assert CliRunner().invoke(app, ["cluster", "init", "--renew", "--certificates", str(folder)]).exit_code == 0
    assert (folder / certificates.AUTHORITY).read_bytes() != before and shake_hands(folder, folder)


def shake_hands(server: Path, client: Path) -> bool:
    """Whether Dask's own settings for two sides let them speak, without a network."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    authority, certificate, key = map(str, certificates.files(server, "scheduler"))
    scheduler = Security(tls_ca_file=authority, tls_scheduler_cert=certificate, tls_scheduler_key=key)
    listens = scheduler.get_listen_args("scheduler")["ssl_context"]
    speaks = security(client).get_connection_args("client")["ssl_context"]
    one = listens.wrap_bio(to_server, to_client, server_side=True)
    other = speaks.wrap_bio(to_client, to_server)
    done = set()
    for _ in range(10):
        for side in (other, one):
            try:
                side.do_handshake()
                done.add(side)
            except ssl.SSLWantReadError:
                pass
    return len(done) == 2


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoCluster, match=r"authority\.pem, grader\.pem, grader\.key not found in .*cluster init"):
        security_for("tls://10.0.0.1:8786", tmp_path)
    for words in (["scheduler"], ["worker", "tls://10.0.0.1:8786"]):
        said = CliRunner().invoke(app, ["cluster", *words, "--certificates", str(tmp_path)])
        assert said.exit_code == 2 and "authority.pem" in said.output
    said = CliRunner().invoke(app, ["cluster", "worker", "tcp://10.0.0.1:8786", "--certificates", str(tmp_path)])
    assert said.exit_code == 2 and "does not begin with tls://" in " ".join(said.output.split())


def test_certificates_that_cannot_be_written_leave_those_that_are_there(tmp_path: Path, monkeypatch) -> None:
    certificates.make(tmp_path / "cluster")
    before = {path.name: path.read_bytes() for path in (tmp_path / "cluster").iterdir()}

    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(certificates, "_write", full)
    with pytest.raises(OSError, match="No space"):
        certificates.make(tmp_path / "cluster")
    assert {path.name: path.read_bytes() for path in (tmp_path / "cluster").iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["cluster"]
