"""Which Dask schedulers are spoken to: one on this machine, or one that is reached by TLS with our certificates."""

import ipaddress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from autograder.grading import certificates
from autograder.grading.pool import NoCluster
from autograder.printable import printable

if TYPE_CHECKING:
    from distributed import Security

MAKE = "make certificates with `gradschool cluster init`, start the scheduler and the workers with them"


def security_for(scheduler: str, folder: Path) -> "Security | None":
    """What a scheduler is to be spoken to with; None for one on this machine without TLS.

    Args:
        scheduler: its address, such as ``tls://10.0.0.1:8786``.
        folder: where certificates lie.

    Raises:
        NoCluster: it is neither, or the certificates are missing; the message says what to do.
    """
    kind, host = parts(scheduler)
    if kind == "tls":
        return security(folder)
    if kind == "tcp" and is_here(host):
        return None
    raise NoCluster(
        f"The scheduler at {printable(scheduler)} is not used: it is on another machine, and not encrypted. Dask runs "
        f"whatever it is sent, so who reaches its port grades in your place. Instead {MAKE}, and name it tls://…"
    )


def security(folder: Path, role: str = "grader") -> "Security":
    """Dask's security with one of the certificates in a folder. Raises NoCluster where one is missing."""
    from distributed import Security

    if absent := certificates.lacking(folder, role):
        raise NoCluster(f"{', '.join(absent)} not found in {folder}: {MAKE}.")
    authority, certificate, key = map(str, certificates.files(folder, role))
    return Security(tls_ca_file=authority, tls_client_cert=certificate, tls_client_key=key, require_encryption=True)


def parts(address: str) -> tuple[str, str]:
    """How an address is reached, and its host. Dask takes one without a scheme for TCP."""
    try:
        split = urlsplit(address if "://" in address else f"tcp://{address}")
        return split.scheme, split.hostname or ""
    except ValueError:  # half an IPv6 address
        return "", ""


def is_here(host: str) -> bool:
    """Whether only this machine is reached by a host's name: names are not looked up, but for the one that means it."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
