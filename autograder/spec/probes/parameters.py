"""Putting the reference's parameters into a student's network: by name, or by order and shape where names differ."""

from collections.abc import Mapping
from difflib import SequenceMatcher

import torch
from torch import Tensor, nn

from autograder.spec.errors import Unusable

MOST_TOLD = 3  # differences of a network; more at once help nobody
Shape = tuple[int, ...]


def load(built: object, state: Mapping[str, Tensor]) -> dict[str, str]:
    """Put the reference's parameters into a student's module.

    No text gives every parameter a name. Where the names are others, the parameters and buffers are matched in the
    order in which the layers were made, if their shapes agree.

    Returns:
        By the student's name of each parameter, the reference's.

    Raises:
        Unusable: there are parameters too many or too few, or of other shapes; says which, in the student's names.
    """
    if not isinstance(built, nn.Module):
        raise Unusable("not a module", "Your class does not inherit from torch.nn.Module.")
    real = next((tensor for tensor in state.values() if tensor.is_floating_point()), None)
    if real is not None:
        built.to(real.dtype)
    own = entries(built)
    names = _by_name(own, state) or _by_order(own, state)
    if names is None:
        raise Unusable("parameters", " ".join(differences(own, state)[:MOST_TOLD]))
    with torch.no_grad():
        for name, of_reference in names.items():
            own[name].copy_(state[of_reference])
    return names


def entries(built: nn.Module) -> dict[str, Tensor]:
    """Parameters and kept buffers, layer by layer in the order in which they were made, none of them twice."""
    found: dict[str, Tensor] = {}
    seen: set[int] = set()
    for prefix, module in built.named_modules():
        kept = {k: b for k, b in module._buffers.items() if k not in module._non_persistent_buffers_set}
        for key, tensor in (module._parameters | kept).items():
            if tensor is not None and id(tensor) not in seen:
                seen.add(id(tensor))
                found[f"{prefix}.{key}" if prefix else key] = tensor
    return found


def _by_name(own: Mapping[str, Tensor], state: Mapping[str, Tensor]) -> dict[str, str] | None:
    fits = own.keys() == state.keys() and all(own[name].shape == state[name].shape for name in own)
    return {name: name for name in own} if fits else None


def _by_order(own: Mapping[str, Tensor], state: Mapping[str, Tensor]) -> dict[str, str] | None:
    if _signature(own) != _signature(state):
        return None
    return dict(zip(own, state, strict=True))


def _signature(tensors: Mapping[str, Tensor]) -> list[tuple[str, Shape]]:
    """Kind and shape of each; the kind ("weight", "running_mean") keeps a bias from being taken for a scale."""
    return [(name.rpartition(".")[2], tuple(tensor.shape)) for name, tensor in tensors.items()]


def differences(own: Mapping[str, Tensor], state: Mapping[str, Tensor]) -> list[str]:
    """How a student's parameters differ from the task's, in sentences, the student's own first."""
    if own.keys() & state.keys():
        by_name = [_too_many(name, own[name]) for name in own if name not in state]
        by_name += [_missing(name, state[name]) for name in state if name not in own]
        shared = [name for name in own if name in state and own[name].shape != state[name].shape]
        shapes = [_other_shape(name, own[name], state[name]) for name in shared]
        return shapes + by_name if len(by_name) <= len(state) else by_name
    mine, theirs, found = list(own), list(state), list[str]()
    for kind, a, b, c, d in SequenceMatcher(a=_signature(own), b=_signature(state), autojunk=False).get_opcodes():
        if kind == "replace" and b - a == d - c:
            pairs = zip(mine[a:b], theirs[c:d], strict=True)
            found += [_other_shape(one, own[one], state[other]) for one, other in pairs]
        elif kind != "equal":
            found += [_too_many(mine[i], own[mine[i]]) for i in range(a, b)]
            found += [_missing(theirs[j], state[theirs[j]], named=False) for j in range(c, d)]
    return found or ["The order of your layers is not that of the task."]


def _too_many(name: str, tensor: Tensor) -> str:
    layer, _, kind = name.rpartition(".")
    if kind == "bias" and layer:
        return f"Your `{layer}` has a bias; the task's has none."
    return f"Your network has `{name}`, of shape {tuple(tensor.shape)}, which the task's has not."


def _missing(name: str, tensor: Tensor, named: bool = True) -> str:
    layer, _, kind = name.rpartition(".")
    if kind == "bias" and layer and named:
        return f"Your `{layer}` has no bias; the task's has one."
    what = f"`{name}`" if named else f"a {kind.replace('_', ' ')}"
    return f"Your network lacks {what} of shape {tuple(tensor.shape)}."


def _other_shape(name: str, own: Tensor, expected: Tensor) -> str:
    return f"Your `{name}` has shape {tuple(own.shape)}; in the task it is {tuple(expected.shape)}."
