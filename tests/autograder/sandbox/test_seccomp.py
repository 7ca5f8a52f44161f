"""The filter of system calls, run as the kernel would: classic BPF is a dozen lines to interpret."""

import errno
import struct

import pytest

from autograder.sandbox import seccomp
from autograder.sandbox.calls import ALLOWED, FIRST_OF_THE_NEW, SOCKETS, UNKNOWN

COLUMN = {"x86_64": 0, "aarch64": 1}
REFUSED = {"semget": (64, 190), "shmget": (29, 194), "memfd_create": (319, 279), "unshare": (272, 97), "ptrace": (101, 117),
           "bpf": (321, 280), "keyctl": (250, 219), "io_uring_setup": (425, 425), "userfaultfd": (323, 282),
           "mount": (165, 40), "perf_event_open": (298, 241), "open_by_handle_at": (304, 265), "inotify_init1": (294, 26)}  # fmt: skip
PERMITTED = "allowed"


def decided(machine: str, number: int, argument: int = 0, architecture: int | None = None) -> str:
    """What becomes of a call."""
    code = seccomp.program(machine)
    lines = [struct.unpack("=HBBI", code[i : i + 8]) for i in range(0, len(code), 8)]
    known = seccomp.MACHINES[machine][1] if architecture is None else architecture
    data, at, value = struct.pack("=IIQQ", number, known, 0, argument), 0, 0
    while True:
        operation, then, otherwise, operand = lines[at]
        at += 1
        if operation == seccomp.LOAD:
            (value,) = struct.unpack_from("=I", data, operand)
        elif operation == seccomp.RETURN:
            return PERMITTED if operand == seccomp.ALLOW else errno.errorcode[operand - seccomp.REFUSE]
        else:
            met = {
                seccomp.EQUAL: value == operand,
                seccomp.AT_LEAST: value >= operand,
                seccomp.ANY_BIT: bool(value & operand),
            }
            at += then if met[operation] else otherwise


@pytest.mark.parametrize("machine", COLUMN)
def test_what_notebooks_need_is_allowed_and_all_else_is_not(machine: str) -> None:
    column = COLUMN[machine]
    allowed = {numbers[column]: name for calls in ALLOWED.values() for name, numbers in calls.items()}
    allowed.pop(None, None)
    unknown = {numbers[column] for numbers in UNKNOWN.values()}
    sockets = {seccomp.SOCKET[column], seccomp.SOCKETPAIR[column]}
    for number in range(FIRST_OF_THE_NEW):
        expected = PERMITTED if number in allowed else "ENOSYS" if number in unknown else "EPERM"
        assert decided(machine, number, argument=1 if number in sockets else 0) == expected, allowed.get(number, number)
    assert decided(machine, FIRST_OF_THE_NEW) == "ENOSYS"
    assert decided(machine, seccomp.X32 | 1) == "EPERM"
    assert decided(machine, 1, architecture=0x40000003) == "EPERM", "a call of another processor's table"


@pytest.mark.parametrize("machine", COLUMN)
@pytest.mark.parametrize("name", REFUSED)
def test_memory_and_walls_of_the_kernel_are_out_of_reach(machine: str, name: str) -> None:
    assert decided(machine, REFUSED[name][COLUMN[machine]]) == "EPERM"


@pytest.mark.parametrize("machine", COLUMN)
def test_a_socket_is_of_a_kind_that_stays_here(machine: str) -> None:
    for call in (seccomp.SOCKET, seccomp.SOCKETPAIR):
        for family in range(50):
            expected = PERMITTED if family in SOCKETS else "EAFNOSUPPORT"
            assert decided(machine, call[COLUMN[machine]], family) == expected


@pytest.mark.parametrize("machine", COLUMN)
def test_a_process_is_started_in_no_namespace_of_its_own(machine: str) -> None:
    clone = seccomp.CLONE[COLUMN[machine]]
    assert decided(machine, clone, 0x01200011) == PERMITTED  # as fork does
    assert decided(machine, clone, 0x003D0F00) == PERMITTED  # as threads are made
    for flag in (0x10000000, 0x20000000, 0x40000000, 0x00020000, 0x04000000, 0x08000000):
        assert decided(machine, clone, flag | 17) == "EPERM"
