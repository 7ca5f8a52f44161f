"""Every public reference keeps the device of its arguments, and says the same on a GPU as on the CPU.

Each unit lists its calls in `tests/lib/<unit>/calls*.py`. Only torch, pytest and the package are needed here, so that a
bare machine with a GPU can run it.
"""

import copy
import importlib.util
from pathlib import Path

import pytest
import torch
from torch.testing import assert_close

from gradschool.convolutional import dropout
from gradschool.feedforward import initialisation, optimizers, regularisation, selection
from gradschool.recurrent import lstm


def load(path):
    """A table of calls: CALLS {name: (function, arguments)}, NEEDS_NUMBERS (the same, where the meta device will not do),
    MODULES that it covers, and the names of their other functions: BY_CHANCE, NOT_ABOUT_TENSORS."""
    spec = importlib.util.spec_from_file_location(f"calls_of_{path.parent.name}_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TABLES = {f"{p.parent.name}/{p.stem}": load(p) for p in sorted(Path(__file__).parent.glob("*/calls*.py"))}
UNITS = {name.split("/")[0] for name in TABLES}


def gathered(what):
    """The tables' entries under names of their own: unit and function."""
    found = [(t.split("/")[0], getattr(table, what, {})) for t, table in TABLES.items()]
    return {f"{unit}-{name}": call for unit, calls in found for name, call in calls.items()}


CALLS = gathered("CALLS")
ALL = {**CALLS, **gathered("NEEDS_NUMBERS")}


def moved(value, where):
    """The same arguments or results elsewhere."""
    if isinstance(value, torch.Tensor):
        return value.to(where)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(moved(v, where) for v in value))
    if isinstance(value, list | tuple):
        return type(value)(moved(v, where) for v in value)
    return value


def tensors(value):
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, list | tuple):
        for v in value:
            yield from tensors(v)


@pytest.mark.parametrize("name", CALLS)
def test_results_stay_on_the_device_of_the_arguments(name):
    f, arguments = CALLS[name]
    here, elsewhere = list(tensors(f(*arguments))), list(tensors(f(*moved(arguments, "meta"))))
    assert {result.device.type for result in elsewhere} == {"meta"}
    assert [(r.shape, r.dtype) for r in elsewhere] == [(r.shape, r.dtype) for r in here]


@pytest.mark.parametrize("name", ALL)
def test_arguments_stay_as_they_are_and_nothing_depends_on_chance(name):
    f, arguments = ALL[name]
    kept = copy.deepcopy(arguments)
    first, second = f(*arguments), f(*arguments)
    assert_close(list(tensors(arguments)), list(tensors(kept)), rtol=0, atol=0)
    # To rounding, and no further: LAPACK's last digit depends on where in memory its argument lies.
    assert_close(list(tensors(first)), list(tensors(second)), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("unit", sorted(UNITS))
def test_no_reference_is_forgotten(unit):
    tables = [table for name, table in TABLES.items() if name.startswith(f"{unit}/")]
    listed = {name for t in tables for what in ("CALLS", "NEEDS_NUMBERS") for name in getattr(t, what, {})}
    told = {name for t in tables for what in ("BY_CHANCE", "NOT_ABOUT_TENSORS") for name in getattr(t, what, ())}
    public = {
        name
        for module in (module for t in tables for module in t.MODULES)
        for name, value in vars(module).items()
        if callable(value) and getattr(value, "__module__", "") == module.__name__ and name.islower()
    }
    assert {name for name in public if not name.startswith("_")} <= listed | told


cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")


@cuda
@pytest.mark.gpu
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
@pytest.mark.parametrize("name", ALL)
def test_cuda_says_what_the_cpu_says(name, dtype):
    f, arguments = ALL[name]
    arguments = as_dtype(arguments, dtype)
    here, there = list(tensors(f(*arguments))), list(tensors(f(*moved(arguments, "cuda"))))
    assert {result.device.type for result in there} == {"cuda"}
    assert_close([r.cpu() for r in there], here)


def as_dtype(value, dtype):
    if isinstance(value, torch.Tensor):
        return value.to(dtype) if value.is_floating_point() else value
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(as_dtype(v, dtype) for v in value))
    if isinstance(value, list | tuple):
        return type(value)(as_dtype(v, dtype) for v in value)
    return value


@cuda
@pytest.mark.gpu
def test_what_is_drawn_on_cuda_stays_there():
    chance = torch.Generator("cuda").manual_seed(0)
    out, mask = regularisation.dropout_forward(torch.ones(100, 50, device="cuda"), 0.5, True, chance)
    drawn = [
        out,
        mask,
        initialisation.he_normal((64, 32), chance),
        initialisation.xavier_uniform((64, 32), chance),
        *optimizers.minibatches(10, 3, chance),
        *(part for pair in selection.kfold_indices(10, 3, chance) for part in pair),
    ]
    assert {d.device.type for d in drawn} == {"cuda"}
    assert 0.4 < (mask == 0).float().mean().item() < 0.6


@cuda
@pytest.mark.gpu
@pytest.mark.parametrize("name", ALL)
def test_cuda_in_single_precision_is_close_to_the_cpu_in_double(name):
    """The truth is the CPU's in float64; float32 may be off by what its seven digits leave of it."""
    f, arguments = ALL[name]
    exact = list(tensors(f(*arguments)))
    single = list(tensors(f(*moved(as_dtype(arguments, torch.float32), "cuda"))))
    rounded = list(tensors(f(*as_dtype(arguments, torch.float32))))  # how far float32 strays on the CPU
    for truth, ours, here in zip(exact, single, rounded, strict=True):
        if not truth.is_floating_point():
            continue
        strays = (here.double() - truth).abs().max().item() if truth.numel() else 0.0
        size = truth.abs().max().item() if truth.numel() else 0.0
        allowed = 8 * strays + 64 * torch.finfo(torch.float32).eps * size + 1e-6
        assert_close(ours.cpu().double(), truth, rtol=0, atol=allowed)


#: What networks are trained with in 16 bits; statistics, losses and optimizers' steps stay in 32, as in `torch.autocast`.
IN_BFLOAT16 = [
    "convolutional-conv2d",
    "convolutional-conv_transpose2d",
    "convolutional-max_pool2d",
    "convolutional-avg_pool2d",
    "fast-conv2d",
    "fast-conv_transpose2d",
    "fast-max_pool2d",
    "fast-avg_pool2d",
    "fast-lstm_forward",
    "fast-gru_forward",
    "recurrent-lstm_forward",
    "recurrent-gru_forward",
]


def half_close_to_double(name, device):
    f, arguments = ALL[name]
    for half, exact in zip(
        tensors(f(*moved(as_dtype(arguments, torch.bfloat16), device))), tensors(f(*arguments)), strict=True
    ):
        if exact.is_floating_point():  # which of two values that round to the same is larger is another question
            assert half.dtype == torch.bfloat16 and half.device.type == device
            assert_close(half.cpu().double(), exact, rtol=0, atol=0.05 * max(exact.abs().max().item(), 1.0))


@pytest.mark.parametrize("name", IN_BFLOAT16)
def test_bfloat16_keeps_its_type_and_two_digits(name):
    half_close_to_double(name, "cpu")


@cuda
@pytest.mark.gpu
@pytest.mark.parametrize("name", IN_BFLOAT16)
def test_bfloat16_keeps_its_type_and_two_digits_on_cuda(name):
    half_close_to_double(name, "cuda")


#: Forward and backward of what training calls at every step.
HOT = [
    *(n for n in IN_BFLOAT16 if n in ALL),
    *(f"fast-{name}" for name in ("batchnorm2d", "cross_entropy", "sgd_step", "momentum_step", "adam_step")),
    *("convolutional-batchnorm2d", "feedforward-cross_entropy", "feedforward-adam_step", "feedforward-linear_forward"),
]


@cuda
@pytest.mark.gpu
@pytest.mark.parametrize("name", HOT)
def test_hot_paths_never_wait_for_the_device(name):
    """No hidden transfer to the host, forward or backward: torch raises at the first one."""
    f, arguments = ALL[name]
    arguments = moved(arguments, "cuda")
    if not name.endswith("_step"):
        for value in tensors(arguments):
            value.requires_grad_(value.is_floating_point())
    f(*arguments)  # libraries are loaded
    torch.cuda.synchronize()
    torch.cuda.set_sync_debug_mode("error")
    try:
        outs = [out for out in tensors(f(*arguments)) if out.requires_grad]
        if outs:
            torch.autograd.backward(outs, [torch.ones_like(out) for out in outs])
    finally:
        torch.cuda.set_sync_debug_mode("default")
        for value in tensors(arguments):
            value.grad = None


def draws(device):
    """What is drawn from a generator of this device, by a seed."""
    chance = torch.Generator(device).manual_seed(3)
    return [
        *regularisation.dropout_forward(torch.ones(20, 10, device=device), 0.5, True, chance),
        dropout.dropout2d(torch.ones(4, 8, 3, 3, device=device), 0.5, True, chance),
        initialisation.he_normal((8, 4), chance),
        initialisation.xavier_uniform((8, 4), chance),
        *optimizers.minibatches(10, 3, chance),
        *lstm.initial_lstm(3, 4, chance),
    ]


@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=[cuda, pytest.mark.gpu])])
def test_a_seed_gives_the_same_draws_on_its_device(device):
    first, second = draws(device), draws(device)
    torch.rand(5, device=device)  # whatever else draws
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))
    assert {d.device.type for d in first} == {device}
