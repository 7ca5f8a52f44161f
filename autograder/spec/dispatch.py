"""Seeing the operations that PyTorch's dispatcher runs, without what torch would load for it."""

from torch.utils._python_dispatch import TorchDispatchMode


class DispatchMode(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """A mode that is never compiled: torch need not load its compiler (some 800 modules, a second or more) to skip it.

    A class of its own defines `__torch_dispatch__`.
    """

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
