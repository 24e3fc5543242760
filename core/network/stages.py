"""Which layer of another network is at the same stage, and which layer does a pool read?

Networks of one comparison have the same blocks, but different layers in them: a strided
convolution needs no pool, and dropout may be in different places.
"""

from collections.abc import Sequence


def same_stage(layer: str, owner: Sequence[str], other: Sequence[str]) -> str | None:
    """The layer of another network whose output corresponds to that of a layer.

    It is the layer of the same name, if that is on the same side of the pool; otherwise the last
    layer before it that both networks have, ignoring dropout, which does nothing in evaluation.

    Args:
        layer: name of a layer of a block.
        owner: names of the layers of the network that has it, in order.
        other: names of the layers of the other network, in order.

    Returns:
        Name of the layer; None if the other network has no such layer in that block.
    """
    pool = f"{_block(layer)}.pool"
    ahead = _until(layer, owner)
    if layer in other:
        moved = (pool in ahead) is not (pool in _until(layer, other))
        if not moved or pool not in owner or pool not in other:
            return layer
    lasting = [name for name in ahead[:-1] if not _drops(name)]
    return next((name for name in reversed(lasting) if name in other), None)


def is_pooled(layer: str, layers: Sequence[str]) -> bool:
    """Whether the pool of its block reads the output of this layer, ignoring dropout."""
    block = [name for name in layers if _block(name) == _block(layer)]
    following = (name for name in block[block.index(layer) + 1 :] if not _drops(name))
    return next(following, "").endswith(".pool")


def _block(layer: str) -> str:
    return layer.split(".", maxsplit=1)[0]


def _until(layer: str, layers: Sequence[str]) -> list[str]:
    """The layers of its block up to and including this one."""
    block = [name for name in layers if _block(name) == _block(layer)]
    return block[: block.index(layer) + 1]


def _drops(layer: str) -> bool:
    return layer.endswith(".dropout")
