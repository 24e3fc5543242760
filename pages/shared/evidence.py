"""The runs that a page compares, with what it knows of their answers to the test images."""

from contextlib import suppress

import streamlit as st

from core.analyses import Labels, LabelsRequest
from core.comparison import Chance, Comparison, Results
from core.config import DataConfig
from core.errors import PoolscopeError, StoreError
from core.hosting.gate import RefusedError
from core.words import literal
from pages.shared import cached, gate
from pages.shared.parameters import DEFAULTS

COMPARED = 2
"""fewest networks between which there is a difference"""


def results(comparison: Comparison, *, read: bool = True) -> Results:
    """The runs of a comparison that are stored now; intervals cover what the visitor chose.

    Args:
        comparison: what is compared.
        read: whether to read the labels of the test images if the store does not have them.
    """
    covers = chance()
    bare = cached.results(comparison)
    several = sum(len(bare.of(arm)) >= COMPARED for arm in comparison.arms) >= COMPARED
    if covers is Chance.SEEDS or not several:
        return cached.compared(comparison, covers, b"")
    data = comparison.arms[0].experiment.data
    failed: dict[str, str] = st.session_state.setdefault("labels_unread", {})
    source = LabelsRequest(data.source).settings
    try:
        if source in failed:
            return cached.compared(comparison, covers, b"", failed[source])
        known = labels(data) if read else kept(data)
        return cached.compared(comparison, covers, known)
    except PoolscopeError as error:
        reason = f"the labels of the test images are not read ({literal(str(error))})"
        if not isinstance(error, RefusedError):
            # a data set that is missing would be looked for again in every rerun
            failed[source] = reason
        return cached.compared(comparison, covers, b"", reason)


def chance() -> Chance:
    """What the visitor wants intervals to cover."""
    return Chance(st.session_state.get("chance") or DEFAULTS["chance"])


def labels(data: DataConfig) -> bytes:
    """The class of each test image of a data set, one byte each; read once for a store.

    Raises:
        RefusedError: reading them is too much for a visitor.
        PoolscopeError: the data set cannot be loaded.
    """
    if known := kept(data):
        return known
    request = LabelsRequest(data.source)
    read = gate.labels(data.source)
    text = request.write(Labels(read.hex()))
    # a store that is full or cannot be written shows the same, and reads them again next time
    with suppress(StoreError):
        cached.store().put_analysis(request.key, request.kind, request.settings, text.encode())
    return read


def kept(data: DataConfig) -> bytes:
    """The same, if the store has them; else empty."""
    known = cached.computed(LabelsRequest(data.source))
    return b"" if known is None else known.classes
