"""Ctrl-C, also at the one moment at which Python drops it."""

import gc
import signal
import threading
from collections.abc import Iterator

import pytest

from autograder.grading.deferred_interrupt import deferred_interrupt


@pytest.fixture(autouse=True)
def nobody_listens() -> Iterator[None]:
    """A shell's background job ignores the signal; these tests do not."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def interrupt(*about: object) -> None:
    signal.raise_signal(signal.SIGINT)


def test_an_interrupt_is_raised_where_it_comes_and_the_handler_is_put_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), deferred_interrupt():
        interrupt()
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_one_that_a_callback_dropped_is_raised_at_the_next_look() -> None:
    with deferred_interrupt() as stop_if_interrupted:
        stop_if_interrupted()
        gc.callbacks.append(interrupt)
        try:
            gc.collect()  # if this raised, the test would end here
        finally:
            gc.callbacks.remove(interrupt)
        with pytest.raises(KeyboardInterrupt):
            stop_if_interrupted()


def test_who_listens_already_goes_on_listening() -> None:
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: came.append(number))
    try:
        with deferred_interrupt() as stop_if_interrupted:
            interrupt()
            stop_if_interrupted()
        assert came == [signal.SIGINT]
    finally:
        signal.signal(signal.SIGINT, before)


def test_outside_the_main_thread_it_does_nothing() -> None:
    failed: list[BaseException] = []

    def run() -> None:
        try:
            with deferred_interrupt() as stop_if_interrupted:
                stop_if_interrupted()
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert failed == []
