"""By which parameters of the sidebar is a comparison chosen? As links and talks write them."""

from collections.abc import Sequence
from typing import Any

from core.catalog import Head
from core.comparison.comparison import Comparison
from core.comparison.stock import SHARED, usual
from core.config import Experiment

LINK_VERSION = "1"
USUAL_HEADS = (Head.GAP, Head.FLATTEN)
"""a comparison has one of them or both; other heads come in addition"""


def address(comparison: Comparison) -> dict[str, Any]:
    """Every control of a comparison, explicitly, so that later defaults cannot change it.

    Networks that are not every strategy under every head at every dropout position get the
    smallest comparison that holds them.
    """
    arms = comparison.arms
    heads = list(dict.fromkeys(str(arm.head) for arm in arms))
    usual = [head for head in heads if head in USUAL_HEADS] or [str(Head.GAP)]
    return {
        **_shared([arm.experiment for arm in arms]),
        "pooling": list(dict.fromkeys(str(arm.pooling) for arm in arms)),
        "head": "both" if len(usual) > 1 else usual[0],
        # an empty value, because a missing one means the default
        "more_heads": [head for head in heads if head not in usual] or "",
        "dropout": list(dict.fromkeys(str(arm.dropout) for arm in arms)),
        "seeds": len(comparison.seeds),
        "v": LINK_VERSION,
    }


def _shared(experiments: Sequence[Experiment]) -> dict[str, Any]:
    """The flat fields that the networks share.

    A field without effect on a network has its default there, such as the dropout rate without
    dropout; then the value of another network counts.
    """
    every = [experiment.to_flat() for experiment in experiments]
    return {
        name: next((flat[name] for flat in every if flat[name] != value), value)
        for name, value in usual(every[0]).items()
        if name in SHARED
    }
