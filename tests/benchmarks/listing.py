"""How does listing and summarising the store grow with the number of runs?"""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from core.store import RunStore, rows
from tests.benchmarks.measure import Line, in_turns
from tests.store.store_samples import a_run

SIZES = (10, 100, 1_000, 10_000)
BUDGET = 0.2
"""seconds for the largest"""


def lines() -> Iterator[Line]:
    """Ten times as many runs, against ten times the time (1 is linear); then the largest alone."""
    with tempfile.TemporaryDirectory() as folder:
        stores = [_filled(Path(folder) / f"{size}.db", size) for size in SIZES]
        for size, small, large in zip(SIZES, stores, stores[1:], strict=False):
            line = in_turns(
                f"listing {10 * size} runs, against ten times the listing of {size}",
                large.summaries,
                small.summaries,
                rounds=9,
            )
            yield replace(line, ratio=line.ratio / 10)
        yield replace(
            line,
            name=f"listing {SIZES[-1]} runs, against the budget of {BUDGET} s",
            ratio=line.subject / BUDGET,
            reference=BUDGET,
        )


def _filled(path: Path, size: int) -> RunStore:
    store = RunStore(path)
    store.put(a_run(0))
    with closing(sqlite3.connect(path)) as connection, connection:
        # one transaction for all: what is measured is reading
        connection.execute("PRAGMA synchronous = OFF")
        for seed in range(1, size):
            rows.insert(connection, a_run(seed))
    return store
