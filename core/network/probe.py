"""What happens inside any network while one image passes: shapes, fields, and work.

Receptive fields count windows alone, those of convolutions and pools, and of branches the union.
What looks at the whole map (a global mean, squeeze-and-excitation, attention) adds nothing: it
would make every later field the whole image.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import FlopCounterMode

from core.network.layers import Window

aten: Any = torch.ops.aten

FUNCTIONAL_POOLS = {
    aten.max_pool2d_with_indices.default: "max_pool2d",
    aten.max_pool2d.default: "max_pool2d",
    aten.mkldnn_max_pool2d.default: "max_pool2d",
    aten.avg_pool2d.default: "avg_pool2d",
}


@dataclass(frozen=True, slots=True)
class Extent:
    """What cell i of a map reads on one axis: rows i * jump + first to i * jump + last."""

    first: int = 0
    last: int = 0
    jump: int = 1

    @property
    def side(self) -> int:
        """Number of rows: the receptive field."""
        return self.last - self.first + 1

    def through(self, window: Window) -> "Extent":
        """The same behind a sliding window."""
        first = self.first - window.before * self.jump
        last = self.last + (window.size - 1 - window.before) * self.jump
        return Extent(first, last, self.jump * window.stride)

    def union(self, other: "Extent") -> "Extent":
        """What either reads, where two branches meet."""
        return Extent(
            min(self.first, other.first), max(self.last, other.last), max(self.jump, other.jump)
        )


Field = tuple[Extent, Extent] | None
"""extents of rows and columns; None where nothing is known (behind a transposed convolution)"""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a module: the shapes (C, H, W) of its input and output, the output's field."""

    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    field: Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One image on its way through a network.

    Attributes:
        calls: module -> its calls.
        functions: names of the pools that were called as functions, once per call.
        shapes: of all tensors that came out.
        macs: multiply-accumulate operations by torch's counter.
        side: the largest receptive field of any map; None if one is not known.
    """

    calls: Mapping[nn.Module, Sequence[Call]]
    functions: Sequence[str]
    shapes: Sequence[tuple[int, ...]]
    macs: int
    side: int | None


def side_of(seen: Field) -> int | None:
    """The receptive field in pixels, of the longer axis."""
    return None if seen is None else max(seen[0].side, seen[1].side)


class _Fields(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Keeps the field of every tensor that comes from the image.

    Views share the memory of their base, and its field.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.known: dict[int, tuple[Tensor, Field]] = {}
        self.functions: list[str] = []
        # how many of the watched ones are at work
        self.modules = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        seen = [self.of(leaf) for leaf in tree_leaves((args, kwargs)) if self.has(leaf)]
        result = func(*args, **(kwargs or {}))
        if seen:
            behind = _behind(func, args, _met(seen))
            for leaf in tree_leaves(result):
                self.put(leaf, behind)
            if not self.modules and func in FUNCTIONAL_POOLS:
                self.functions.append(FUNCTIONAL_POOLS[func])
        return result

    def has(self, leaf: object) -> bool:
        return isinstance(leaf, Tensor) and _place(leaf) in self.known

    def of(self, leaf: Tensor) -> Field:
        return self.known[_place(leaf)][1]

    def put(self, leaf: object, seen: Field) -> None:
        if isinstance(leaf, Tensor):
            # the tensor is kept, so that no other takes its place in memory
            self.known[_place(leaf)] = leaf, seen


def _place(leaf: Tensor) -> int:
    return leaf.untyped_storage().data_ptr()


def _met(fields: Sequence[Field]) -> Field:
    """The union of several fields."""
    met = fields[0]
    for other in fields[1:]:
        if met is None or other is None:
            return None
        met = met[0].union(other[0]), met[1].union(other[1])
    return met


def _behind(func: Any, args: tuple[Any, ...], seen: Field) -> Field:
    """The field behind one operation of torch."""
    if func is aten.convolution.default:
        weight, stride, padding, dilation, transposed = args[1], *args[3:7]
        if transposed:
            return None
        sizes = [(k - 1) * _of(dilation, n) + 1 for n, k in enumerate(weight.shape[2:])]
        return through(seen, sizes, stride, padding)
    if func in FUNCTIONAL_POOLS:
        size, stride, padding = args[1], args[2] if len(args) > 2 else [], [0]  # noqa: PLR2004
        if len(args) > 3:  # noqa: PLR2004 (optional arguments of torch)
            padding = args[3]
        sizes = [_of(size, n) for n in range(2)]
        return through(seen, sizes, stride or sizes, padding)
    if func is aten.constant_pad_nd.default:
        left, _, top = (*args[1], 0, 0)[:3]
        return through(seen, [1, 1], [1], [top, left])
    return None if "upsample" in str(func) else seen


def through(
    seen: Field, sizes: Sequence[int], stride: Sequence[int], padding: Sequence[int]
) -> Field:
    """The field behind a window on rows and columns."""
    if seen is None or len(sizes) != 2:  # noqa: PLR2004 (rows and columns)
        return None
    rows, columns = (
        extent.through(Window(sizes[n], _of(stride, n), before=_of(padding, n)))
        for n, extent in enumerate(seen)
    )
    return rows, columns


def _of(numbers: Sequence[int], axis: int) -> int:
    """Torch writes one number for both axes, or one for each."""
    return numbers[axis] if len(numbers) > 1 else numbers[0]


Opaque = Callable[[nn.Module], Window | None]


def watch(
    network: nn.Module, image: Tensor, watched: Sequence[nn.Module], window: Opaque
) -> Passage:
    """Send one image through a network in evaluation mode, and write down what happens.

    Args:
        network: is left as it was.
        image: (1, C, H, W).
        watched: modules whose calls are recorded.
        window: of a watched module that is to be taken as one window; None: its operations say.
    """
    fields, counter = _Fields(), FlopCounterMode(display=False)
    calls: dict[nn.Module, list[Call]] = {}
    fields.put(image, (Extent(), Extent()))

    def enters(*_: Any) -> None:
        fields.modules += 1

    def leaves(module: nn.Module, args: Any, output: Any) -> None:
        fields.modules -= 1
        # a pool may give indices too
        output = output[0] if isinstance(output, tuple) else output
        if isinstance(output, Tensor) and fields.has(args[0]):
            one = window(module)
            if one is not None:
                rows = [one.size], [one.stride], [one.before]
                sizes, stride, padding = (numbers * 2 for numbers in rows)
                fields.put(output, through(fields.of(args[0]), sizes, stride, padding))
            call = Call(tuple(args[0].shape[-3:]), tuple(output.shape[-3:]), fields.of(output))
            calls.setdefault(module, []).append(call)

    with ExitStack() as stack:
        for module in watched:
            stack.callback(module.register_forward_pre_hook(enters).remove)
            stack.callback(module.register_forward_hook(leaves).remove)
        stack.enter_context(_evaluating(network))
        stack.enter_context(counter)
        stack.enter_context(fields)
        result = network(image)
    sides = [side_of(seen) for _, seen in fields.known.values()]
    known = [side for side in sides if side is not None]
    return Passage(
        calls=calls,
        functions=fields.functions,
        shapes=[tuple(leaf.shape) for leaf in tree_leaves(result) if isinstance(leaf, Tensor)],
        macs=counter.get_total_flops() // 2,
        side=max(known) if len(known) == len(sides) else None,
    )


@contextmanager
def _evaluating(network: nn.Module) -> Iterator[None]:
    """Evaluation mode without gradients; afterwards every module has the mode that it had."""
    modes = {module: module.training for module in network.modules()}
    network.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for module, mode in modes.items():
            module.training = mode
