"""Probes for classes: modules with parameters, and objects with a state."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from autograder.spec.errors import Unfinished, Unusable
from autograder.spec.outputs import gradient, input_gradient
from autograder.spec.probes.common import Probe, class_of, named, probe, projected_gradients
from autograder.spec.probes.parameters import load


def module(*, call: Callable[[Any, Any], Any] | None = None) -> Probe:
    """A class: built, loaded with the reference's parameters (see `load`), then called.

    A case is `(build, state, inputs)`: arguments of the constructor, a state dict, and the inputs of the call.
    """

    @probe()
    def run(answer: Any, args: tuple[Any, ...], returns: Sequence[str], gradients: bool) -> dict[Any, Any]:
        class_of(answer)
        build, state, inputs = args
        built = answer(*build)
        names = load(built, state)
        inputs = [x.requires_grad_() if gradients and x.is_floating_point() else x for x in inputs]
        outputs = named(call(built, inputs) if call else built(*inputs), returns)
        if not gradients:
            return outputs
        wanted = {input_gradient(i): x for i, x in enumerate(inputs) if x.requires_grad}
        own = {gradient(names[name]): parameter for name, parameter in built.named_parameters()}
        return projected_gradients(outputs, wanted | own)

    return run


def methods(name: str) -> Probe:
    """A class with a state: built, then one method called again and again; what the calls returned, as one array.

    A case is `(build, inputs)`: arguments of the constructor, and the argument of each call.
    """

    @probe("built with", f"{name} called with")
    def run(answer: Any, args: tuple[Any, ...], returns: Sequence[str], gradients: bool) -> dict[str, Any]:
        class_of(answer)
        build, inputs = args
        built = answer(*build)
        returned = [getattr(built, name)(x) for x in inputs]
        if any(not isinstance(r, bool | int | float | Tensor) for r in returned):
            kinds = ", ".join(sorted({type(r).__name__ for r in returned}))
            raise Unusable("method", f"`{name}` should return True or False at every call; yours returned {kinds}.")
        return {returns[0]: torch.tensor([bool(r) for r in returned])}

    return run


@probe(device=False)
def architecture(answer: Any, args: tuple[Any, ...], returns: Sequence[str], gradients: bool) -> dict[str, Any]:
    """A class built on the meta device, which computes shapes and no numbers: the largest network costs nothing.

    A case is `(build, shape)`: arguments of the constructor, and the shape of the input. Seen are how many parameters
    there are in all, and for every layer with parameters of its own, by its name, the shape that comes in and the shape
    that goes out: what lies between two layers shows in the difference.
    """
    class_of(answer)
    build, shape = args
    seen: dict[str, Any] = {}

    def watch(name: str) -> Callable[..., None]:
        def note(layer: Any, inputs: Any, output: Any) -> None:
            seen[f"into {name}"], seen[f"out of {name}"] = (list(t.shape) for t in (inputs[0], output))

        return note

    try:
        with torch.device("meta"):
            built = answer(*build)
            if not isinstance(built, torch.nn.Module):
                raise Unusable("not a module", "Your class does not inherit from torch.nn.Module.")
            seen["parameters"] = sum(p.numel() for p in built.parameters())
            for name, layer in built.named_modules():
                if name and list(layer.parameters(recurse=False)):
                    layer.register_forward_hook(watch(name))
            seen["scores"] = list(built.eval()(torch.empty(shape)).shape)
    except NotImplementedError as error:  # a stub raises it, and so does a tensor without numbers when asked for one
        if "meta" not in str(error).lower():
            raise
        raise Unfinished(_in_tensors(seen), LOOKS_AT_NUMBERS) from None
    except RuntimeError as error:  # what was seen before it stopped counts by itself
        raise Unfinished(_in_tensors(seen), LOOKS_AT_NUMBERS if "meta" in str(error) else error) from error
    return _in_tensors(seen)


LOOKS_AT_NUMBERS = Unusable("meta", "Your network looks at numbers; shapes alone should decide what it does.")


def _in_tensors(seen: dict[str, Any]) -> dict[str, Any]:
    return {name: torch.tensor(found) if isinstance(found, list) else found for name, found in seen.items()}
