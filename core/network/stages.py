"""Which layer of another network stands at the same stage, and what does the next pool read?

Networks of one comparison have the same blocks, but not the same layers in them: a strided
convolution needs no pool, and dropout acts at one place or another.
"""

from collections.abc import Sequence


def same_stage(layer: str, owner: Sequence[str], other: Sequence[str]) -> str | None:
    """The layer after which another network is as far as its owner is after this one.

    The layer of that name, if it stands on the same side of the pool; else the last layer that both
    networks have before it, dropout apart, which does nothing in evaluation.

    Args:
        layer: of a block.
        owner: the layers of a network that has it, in order.
        other: those of the other network.

    Returns:
        None if the other network has nothing of that block.
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
    """Whether the pool of its block reads what this layer puts out."""
    block = [name for name in layers if _block(name) == _block(layer)]
    following = (name for name in block[block.index(layer) + 1 :] if not _drops(name))
    return next(following, "").endswith(".pool")


def _block(layer: str) -> str:
    return layer.split(".", maxsplit=1)[0]


def _until(layer: str, layers: Sequence[str]) -> list[str]:
    """The layers of its block up to this one."""
    block = [name for name in layers if _block(name) == _block(layer)]
    return block[: block.index(layer) + 1]


def _drops(layer: str) -> bool:
    return layer.endswith(".dropout")
