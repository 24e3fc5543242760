"""Poolscope's strategies in a network of your own, and what that costs.

    network, table = core.swap(torchvision.models.resnet18(), "blur-max")

Every max and average pool of any `nn.Module` gives way to a strategy with the same window, on
demand every strided convolution to the same convolution at stride 1 with the strategy behind it.
Weights that exist stay, under their names; shapes stay, whatever the size of the image.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor, nn

from core.catalog import POOLINGS, Downsampling, PoolingEntry
from core.catalog.names import Pooling
from core.catalog.poolings import PoolShape
from core.errors import ConfigError
from core.network.build import initialise
from core.network.description import reading_window
from core.network.layers import Window
from core.network.pooling import make_pooling
from core.network.probe import Call, Passage, side_of, watch
from core.network.swapped import PooledConvolution, SwappedPool

SWAPPED_POOLS: dict[type[nn.Module], Pooling] = {
    nn.MaxPool2d: Pooling.MAX,
    nn.AvgPool2d: Pooling.AVERAGE,
}
LISTED_POOLS: tuple[type[nn.Module], ...] = (
    *(nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d, nn.LPPool2d, nn.FractionalMaxPool2d),
    *(nn.MaxPool1d, nn.MaxPool3d, nn.AvgPool1d, nn.AvgPool3d, SwappedPool),
)
"""never replaced, and listed with the reason"""
WATCHED: tuple[type[nn.Module], ...] = (*SWAPPED_POOLS, *LISTED_POOLS)
SHOWN = 3
"""names of a list that are written out, if more than one more follows"""
STRIDED = "a strided convolution, which is replaced only where convolutions are asked for"


@dataclass(frozen=True, slots=True)
class Change:
    """A figure before and after; None if it is not known."""

    before: int | None
    after: int | None

    def __str__(self) -> str:
        before, after = ("–" if n is None else f"{n:,}" for n in (self.before, self.after))
        return before if before == after else f"{before} → {after}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """One module that was replaced.

    Attributes:
        name: its path in the network.
        was: the module that stood there.
        now: what stands there.
        shape: (C, H, W) of its output, before and after.
        parameters: learned numbers of the module.
        macs: its multiply-accumulate operations for one image.
        pooling_ops: its elementary operations of pooling for one image.
        receptive_field: of its output, in pixels, by windows alone.
    """

    name: str
    was: str
    now: str
    shape: tuple[int, ...]
    parameters: Change
    macs: Change
    pooling_ops: Change
    receptive_field: Change


@dataclass(frozen=True, slots=True)
class Left:
    """One module that was left alone, and why."""

    name: str
    was: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapTable:
    """What was replaced in a network, what was left, and the figures of the whole network.

    The receptive field is the largest of any map. Windows count, a look at the whole map does not.
    """

    replaced: tuple[Replacement, ...]
    left: tuple[Left, ...]
    parameters: Change
    macs: Change
    pooling_ops: Change
    receptive_field: Change

    @property
    def totals(self) -> Mapping[str, Change]:
        """The figures of the whole network."""
        names = ("parameters", "macs", "pooling_ops", "receptive_field")
        return {name: getattr(self, name) for name in names}

    def __str__(self) -> str:
        lines = [
            f"{row.name}: {row.was} → {row.now}, output {' × '.join(map(str, row.shape))}, "
            f"parameters {row.parameters}, MACs {row.macs}, receptive field {row.receptive_field}"
            for row in self.replaced
        ]
        lines += [f"left {names}: {reason}" for reason, names in by_reason(self.left).items()]
        lines += [f"{name.replace('_', ' ')}: {change}" for name, change in self.totals.items()]
        return "\n".join(lines)


def by_reason(left: Sequence[Left]) -> dict[str, str]:
    """Reason -> the modules that were left for it, the first few by name."""
    names: dict[str, list[str]] = {}
    for each in left:
        names.setdefault(each.reason, []).append(each.name)
    return {reason: _some(these) for reason, these in names.items()}


def _some(names: Sequence[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join([*names[:SHOWN], f"{more} more"] if more > 1 else names)


def swap(
    module: nn.Module,
    pooling: str,
    *,
    input_shape: tuple[int, int, int] = (3, 224, 224),
    convolutions: bool = False,
    seed: int = 0,
) -> tuple[nn.Module, SwapTable]:
    """Put a strategy in the place of a network's pools.

    Args:
        module: any network that takes a batch of images; it is copied and stays as it is.
        pooling: a strategy of the catalog that is a pool.
        input_shape: (C, H, W) of an image: figures are for one, and one is sent through.
        convolutions: also replace strided convolutions, by the convolution at stride 1 and the
            strategy directly behind it, with a window as large as the stride.
        seed: decides the initial weights of what the strategy learns.

    Returns:
        The new network, and the table of what was replaced and what that costs.

    Raises:
        ConfigError: an argument is wrong, or nothing can be replaced.
    """
    entry = _entry(pooling)
    _check_numbers(input_shape, seed)
    network = _copy(module)
    image = _image(network, input_shape)
    names = _names(network)
    before = _pass(network, image, names, "module: it takes no image of this shape")
    reasons = {
        each: STRIDED
        if isinstance(each, nn.Conv2d) and not convolutions
        else _reason(each, before.calls.get(each, ()), entry)
        for each in names
    }
    left = [
        Left(names[each], written(each), reason) for each, reason in reasons.items() if reason
    ] + [
        Left("forward", name, "called as a function; only modules can be replaced")
        for name in before.functions
    ]
    swaps = {
        each: _replacement(each, names[each], before.calls[each][0].inputs[0], entry, seed)
        for each, reason in reasons.items()
        if reason is None
    }
    if not swaps:
        raise ConfigError(_nothing(left))
    network = _put(network, swaps)
    pools: dict[nn.Module, str] = {_pool_of(new): names[old] for old, new in swaps.items()}
    after = _pass(network, image, pools, f"pooling: {pooling} cannot stand in this network", entry)
    rows = [
        _row(names[old], old, new, before.calls[old], after.calls[_pool_of(new)], entry)
        for old, new in swaps.items()
    ]
    return network, _table(rows, left, module, before, after)


def _entry(pooling: str) -> PoolingEntry:
    entry = next((entry for entry in POOLINGS.values() if entry.name == pooling), None)
    able = [name for name in POOLINGS if POOLINGS[name].downsampling is Downsampling.POOL]
    if entry is None:
        raise ConfigError(f"pooling: {pooling!r} is not known; allowed: {', '.join(able)}")
    if entry.name not in able:
        raise ConfigError(f"pooling: {entry.name} is no pool; allowed: {', '.join(able)}")
    return entry


def _check_numbers(input_shape: object, seed: object) -> None:
    numbers = input_shape if isinstance(input_shape, Sequence) else ()
    whole = [type(number) is int and number > 0 for number in numbers]
    if whole != [True] * 3:
        raise ConfigError(
            f"input_shape: three whole numbers from 1 on are needed, channels, rows and columns; "
            f"received {input_shape!r}"
        )
    if type(seed) is not int:
        raise ConfigError(f"seed: a whole number is needed; received {seed!r}")


def _copy(module: object) -> nn.Module:
    """A copy of the network that may be changed, refused if it is none that can be."""
    if isinstance(module, type):
        raise ConfigError(f"module: {module.__name__} is a class; make a network of it first")
    if not isinstance(module, nn.Module):
        raise ConfigError(f"module: an nn.Module is needed; received {type(module).__name__}")
    if isinstance(module, torch.jit.ScriptModule) or hasattr(module, "_orig_mod"):
        raise ConfigError("module: it is compiled; swap first, then compile")
    tensors = [*module.parameters(), *module.buffers()]
    if any(isinstance(tensor, nn.UninitializedParameter) for tensor in tensors):
        raise ConfigError("module: it has lazy layers; send one batch through it first")
    if any(tensor.is_meta for tensor in tensors):
        raise ConfigError("module: its weights are on the meta device; give it real ones first")
    try:
        return deepcopy(module)
    except Exception as error:  # networks of others fail as they like
        raise ConfigError(f"module: it cannot be copied ({_first_line(error)})") from error


def _image(network: nn.Module, shape: tuple[int, ...]) -> Tensor:
    weights = [weight for weight in network.parameters() if weight.is_floating_point()]
    like = weights[0] if weights else torch.empty(0)
    return torch.zeros((1, *shape), dtype=like.dtype, device=like.device)


def _names(network: nn.Module) -> dict[nn.Module, str]:
    """What could be replaced, and what is listed: module -> its path."""
    return {
        module: name or "(all)"
        for name, module in network.named_modules()
        if isinstance(module, WATCHED) or (isinstance(module, nn.Conv2d) and max(module.stride) > 1)
    }


def _pass(
    network: nn.Module,
    image: Tensor,
    watched: Mapping[nn.Module, str],
    failure: str,
    entry: PoolingEntry | None = None,
) -> Passage:
    """Send an image through, and say in a sentence what went wrong."""

    def window(module: nn.Module) -> Window | None:
        if entry is None or not isinstance(module, SwappedPool):
            return None
        reading = reading_window(entry, module.window)
        before = reading.before + module.window.before
        return Window(reading.size, reading.stride, before=before)

    try:
        return watch(network, image, list(watched), window)
    except Exception as error:  # likewise
        shape = tuple(image.shape[1:])
        raise ConfigError(f"{failure}, {shape} ({_first_line(error)})") from error


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _reason(module: nn.Module, calls: Sequence[Call], entry: PoolingEntry) -> str | None:
    """Why a module is left alone; None if it can be replaced."""
    if isinstance(module, LISTED_POOLS):
        return _kind(module)
    if type(module) not in (*SWAPPED_POOLS, nn.Conv2d):
        return f"{type(module).__name__} has a forward of its own"
    if module._forward_hooks or module._forward_pre_hooks:  # noqa: SLF001 (torch has no other way)
        return "it has hooks, which would be lost"
    if not calls:
        return "never called in evaluation mode"
    if len({call.inputs[0] for call in calls}) > 1 and entry.parameters(2, 2):
        return f"called with different channels, for each of which {entry.name} learns weights"
    return _odd_window(module, calls)


def _kind(module: nn.Module) -> str:
    """Why a module of another kind is left alone."""
    if isinstance(module, SwappedPool):
        return "a strategy of Poolscope already"
    return "adaptive" if "Adaptive" in type(module).__name__ else "no max or average pool of maps"


def _odd_window(module: nn.Module, calls: Sequence[Call]) -> str | None:
    """Why a window is none that a strategy can have."""
    parts = ("stride",) if isinstance(module, nn.Conv2d) else ("stride", "kernel_size", "padding")
    pool = not isinstance(module, nn.Conv2d)
    oddities = {
        "its window is not square": any(len({*_pair(getattr(module, part))}) > 1 for part in parts),
        "its window is dilated": pool and {*_pair(getattr(module, "dilation", 1))} != {1},
        "it returns indices": getattr(module, "return_indices", False),
        "it divides by a number of its own": getattr(module, "divisor_override", None),
        "global": pool and all(call.outputs[1:] == (1, 1) for call in calls),
    }
    return next((reason for reason, holds in oddities.items() if holds), None)


def _pair(value: object) -> tuple[int, ...]:
    """Torch writes one number for both axes, or one for each."""
    return tuple(value) if isinstance(value, tuple | list) else (int(str(value)),) * 2


def _replacement(
    module: nn.Module, name: str, channels: int, entry: PoolingEntry, seed: int
) -> SwappedPool | PooledConvolution:
    """What stands in the place of a module from now on."""
    if isinstance(module, nn.Conv2d):
        stride = module.stride[0]
        # as many as the stride has left: a map of m rows gives ceil(m / stride)
        window, channels = Window(stride, stride), module.out_channels
        pool = SwappedPool(_operator(entry, channels, window), window, ceil_mode=True)
        new: SwappedPool | PooledConvolution = PooledConvolution(module, pool)
    else:
        (side, _), (stride, _), (padding, _) = (
            _pair(getattr(module, part)) for part in ("kernel_size", "stride", "padding")
        )
        window = Window(side, stride, before=padding, after=padding)
        new = pool = SwappedPool(
            _operator(entry, channels, window),
            window,
            ceil_mode=bool(module.ceil_mode),
            zeros=bool(getattr(module, "count_include_pad", False)),
        )
    initialise(pool, seed, prefix=f"{name}.")
    return new.train(module.training)


def _operator(entry: PoolingEntry, channels: int, window: Window) -> nn.Module:
    return make_pooling(entry.name, channels, window.size, window.stride)


def _put(network: nn.Module, swaps: Mapping[nn.Module, nn.Module]) -> nn.Module:
    """Replace modules wherever they stand."""
    image = _image(network, (1, 1, 1))
    for new in swaps.values():
        new.to(device=image.device, dtype=image.dtype)
    if network in swaps:
        return swaps[network]
    for name, module in list(network.named_modules(remove_duplicate=False)):
        if module in swaps:
            network.set_submodule(name, swaps[module])
    return network


def _pool_of(new: nn.Module) -> SwappedPool:
    pool = new.pool if isinstance(new, PooledConvolution) else new
    if not isinstance(pool, SwappedPool):
        raise TypeError(f"{type(pool).__name__} is no pool")
    return pool


def _nothing(left: Sequence[Left]) -> str:
    """Why a network is refused."""
    if not left:
        return "module: it has no pool and no strided convolution, so there is nothing to replace"
    named = "; ".join(f"{names}: {reason}" for reason, names in by_reason(left).items())
    return f"module: nothing can be replaced; {named}"


def written(module: nn.Module) -> str:
    """A module in a few words: "MaxPool2d 3 × 3, stride 2, padding 1"."""
    parts = [type(module).__name__]
    if hasattr(module, "kernel_size") and parts[0].endswith("2d"):
        sides = _pair(module.kernel_size)
        parts[0] += f" {' × '.join(map(str, sides))}"
        for part, usual in (("stride", 1), ("padding", 0), ("dilation", 1)):
            value = getattr(module, part, usual)
            numbers = dict.fromkeys(_pair(value)) if not isinstance(value, str) else {value: None}
            if list(numbers) != [usual]:
                parts.append(f"{part} {' × '.join(map(str, numbers))}")
    return ", ".join(parts)


def _row(  # noqa: PLR0913, PLR0917 (a module, its successor, and the calls of both)
    name: str,
    old: nn.Module,
    new: nn.Module,
    calls: Sequence[Call],
    pooled: Sequence[Call],
    entry: PoolingEntry,
) -> Replacement:
    pool = _pool_of(new)
    window = pool.window
    shapes = [_pool_shape(pool, call) for call in pooled]
    now = f"{entry.name} {window.size} × {window.size}, stride {window.stride}"
    convolution = (0, 0)
    pooling_before = 0
    if isinstance(old, nn.Conv2d):
        now = f"Conv2d at stride 1, {now}"
        convolution = _macs(old, calls, "outputs"), _macs(old, pooled, "inputs")
    else:
        former = POOLINGS[SWAPPED_POOLS[type(old)]]
        pooling_before = sum(map(former.operations, shapes))
    return Replacement(
        name=name,
        was=written(old),
        now=now,
        shape=calls[0].outputs,
        parameters=Change(_parameters(old), _parameters(new)),
        macs=Change(convolution[0], convolution[1] + sum(map(entry.macs, shapes))),
        pooling_ops=Change(pooling_before, sum(map(entry.operations, shapes))),
        receptive_field=Change(side_of(calls[0].field), side_of(pooled[0].field)),
    )


def _pool_shape(pool: SwappedPool, call: Call) -> PoolShape:
    """What the operator sees: the map with its margins."""
    channels, *rows = call.inputs
    height, width = (n + pool.window.before + pool.rows_after(n) for n in rows)
    return PoolShape(
        channels=channels,
        size=pool.window.size,
        stride=pool.window.stride,
        inputs=(height, width),
        outputs=(call.outputs[1], call.outputs[2]),
    )


def _macs(convolution: nn.Conv2d, calls: Sequence[Call], end: str) -> int:
    """Multiply-accumulate operations of a convolution whose maps have the size of an end."""
    values: int = sum(prod(getattr(call, end)) for call in calls)
    return values * prod(convolution.weight.shape[1:])


def _parameters(module: nn.Module) -> int:
    return sum(weight.numel() for weight in module.parameters())


def _table(
    rows: Sequence[Replacement],
    left: Sequence[Left],
    module: nn.Module,
    before: Passage,
    after: Passage,
) -> SwapTable:
    def grown(name: str, start: int) -> Change:
        changes: Iterator[Change] = (getattr(row, name) for row in rows)
        return Change(
            start, start + sum((each.after or 0) - (each.before or 0) for each in changes)
        )

    operations = sum(row.pooling_ops.before or 0 for row in rows)
    return SwapTable(
        replaced=tuple(rows),
        left=tuple(left),
        parameters=grown("parameters", _parameters(module)),
        macs=grown("macs", before.macs),
        pooling_ops=grown("pooling_ops", operations),
        receptive_field=Change(before.side, after.side),
    )
