"""`shift`: how steady are the predictions of a stored network when the image moves?"""

from dataclasses import asdict
from typing import Annotated

import typer

from core import settings
from core.analyses import ShiftMapRequest
from core.analyses.shift_map import ShiftMap, ShiftSettings
from core.cli.app import Json, app, open_store
from core.cli.report import accuracy, document, facts, table
from core.cli.stored import find
from core.engine import compute, stored
from core.errors import StoreError
from core.pictures import remeasured
from core.store import RunStore


@app.command("shift")
def shift(
    key: Annotated[str, typer.Argument(metavar="KEY", help="A key, or its first digits.")],
    circular: Annotated[
        bool, typer.Option("--circular", help="What leaves on one side comes in on the other.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show the share of answers that stay under every shift of the test images."""
    store = open_store()
    whole_key = find(store.summaries(), [key])[0].key
    result = _map(store, whole_key, circular=circular)
    summary = {
        "key": whole_key,
        "images": result.images,
        "mean_same": result.mean_same(),
        "mean_same_and_right": result.mean_right(),
        "one_pixel": result.one_pixel(),
        "ties": result.ties,
    }
    if as_json:
        document({**summary, **asdict(result)})
        return
    table(
        ["down \\ right", *map(str, result.shifts)],
        [
            [down, *(round(100 * share, 1) for share in row)]
            for down, row in zip(result.shifts, result.same, strict=True)
        ],
        numbers=[str(shift) for shift in result.shifts],
    )
    print()  # noqa: T201 (a command line prints)
    shares = ("mean_same", "mean_same_and_right", "one_pixel")
    facts(summary | {name: accuracy(summary[name]) for name in shares})  # type: ignore[arg-type]


def _map(store: RunStore, key: str, *, circular: bool) -> ShiftMap:
    """The shift map of a stored run, computed if it is missing.

    Raises:
        StoreError: the run cannot be read, or the map cannot be stored.
    """
    run = store.runs([key]).get(key)
    if run is None:
        raise StoreError(f"run {key} cannot be read any more; train it again")
    experiment = run.experiment.model_copy(update={"data": remeasured(run.experiment.data)})
    request = ShiftMapRequest(
        experiment, ShiftSettings.of(experiment.input_shape, circular=circular)
    )
    if (known := stored(store, request)) is not None:
        return known
    compute(store, [request], settings.load().workers)
    if (computed := stored(store, request)) is not None:
        return computed
    raise StoreError(f"{store.path}: the map of run {key} could not be kept")
