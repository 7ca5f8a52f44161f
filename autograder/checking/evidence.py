"""Evidence: what an answer did on the cases of a seed, as arrays, and notes that only choose words."""

from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from autograder.checking.keys import Key, Place
from autograder.checking.world import Change

MISSING = object()  # an answer whose name is not in the notebook
ARRAY = "NumPy array"  # how a note on types begins for an array, before its data type
FLOAT32 = "tensor float32"  # how a note on types calls such a tensor
IN_GRAPH = " with its graph"  # how it ends for a tensor through which a gradient would flow back


@dataclass
class Notes:
    """What was noticed beside the arrays. No note ever earns a point.

    Attributes:
        missing: the answer's name is not in the notebook.
        unattempted: the answer is still the stub.
        timeout: it was stopped.
        problems: why a run gave nothing, in a sentence.
        gradient_problems: why there are no gradients, in a sentence.
        types: of each output: "tensor float64", "number", "text", "a list"; `IN_GRAPH` ends what carries its history.
        changed: what a run left otherwise in what it was handed.
        calls: forbidden things that it calls, by their names.
        device: "mixes" or "moves" where it does not keep to the device of its inputs.
        maker: what makes a tensor there without `device=`: "torch.arange".
        single: a float32 tensor was made inside, though all that came in was float64.
        slow: runs that were stopped, though the answer ends on smaller cases.
        defaults: of the answer's own arguments, as written: {"beta": "0.9"}.
    """

    missing: bool = False
    unattempted: bool = False
    timeout: bool = False
    problems: dict[Place, str] = field(default_factory=dict)
    gradient_problems: dict[Place, str] = field(default_factory=dict)
    types: dict[Key, str] = field(default_factory=dict)
    changed: dict[Place, set[Change]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    device: str = ""
    maker: str = ""
    single: bool = False
    slow: set[Place] = field(default_factory=set)
    defaults: dict[str, str] = field(default_factory=dict)


@dataclass
class Evidence:
    """Arrays by key, and the notes on them.

    `drawn` holds results whose numbers are chance, by run, as bytes (`checking.values`), where they are left `open`:
    what follows from them is concluded elsewhere.
    """

    arrays: dict[Key, NDArray[Any]] = field(default_factory=dict)
    notes: Notes = field(default_factory=Notes)
    drawn: dict[Place, bytes] = field(default_factory=dict)
    open: bool = False
    single: set[Place] = field(default_factory=set)  # runs with a float32 tensor among the results

    def note_type(self, key: Key, kind: str) -> None:
        """Note what kind of thing an output is."""
        self.notes.types[key] = kind
        if kind.removesuffix(IN_GRAPH) == FLOAT32:
            self.single.add(key.place)
