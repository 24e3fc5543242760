"""`sweep`: train every experiment of a grid that is not stored yet."""

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from core.analyses import EffectiveFieldRequest, LabelsRequest, Request, ShiftMapRequest
from core.analyses.shift_map import ShiftSettings
from core.cli.app import Json, app, open_store
from core.cli.flags import say_findings
from core.cli.report import document, facts, say
from core.cli.trainings import (
    Checkpoints,
    OnDevice,
    Recorded,
    Scheduler,
    lacking,
    recording_of,
    settings_with,
)
from core.cli.until_decided import sweep_until_decided
from core.cli.workers import Recording, how_long, say_work, stoppable, train_or_stop
from core.comparison import Chance
from core.comparison.grids import read_grid
from core.comparison.until_decided import SMALLEST_EFFECT
from core.config import Experiment
from core.engine import JobState, compute, stored
from core.errors import ConfigError
from core.pictures import with_folder
from core.settings import Settings
from core.store import RunStore
from core.words import duration

Workers = Annotated[
    int | None,
    typer.Option("--workers", min=1, max=256, help="Parallel trainings; default: all cores."),
]
Grid = Annotated[Path, typer.Argument(metavar="GRID.toml", help="Flat names; lists are crossed.")]
Maps = Annotated[
    bool,
    typer.Option(
        "--maps",
        help="Also compute what pages show: labels; shift maps and fields of the first seed.",
    ),
]
UntilDecided = Annotated[
    bool,
    typer.Option(
        "--until-decided",
        help="Add seeds (5, 10, 20, 40) until each network is higher, lower or alike.",
    ),
]
Smallest = Annotated[
    float | None,
    typer.Option(
        "--smallest",
        metavar="POINTS",
        min=0.01,
        max=100,
        help="With --until-decided: the smallest difference that matters; default 0.5 points.",
    ),
]
Covers = Annotated[
    Chance | None,
    typer.Option("--chance", help="With --until-decided: what intervals cover."),
]
WithoutWeights = Annotated[
    bool,
    typer.Option(
        "--no-weights",
        help="Keep no weights: less room, and enough for `compare` and `recipes`.",
    ),
]
OnlyEstimate = Annotated[
    bool, typer.Option("--estimate", help="Say how long it takes; train nothing.")
]


@app.command("sweep")
def sweep(
    grid: Grid,
    workers: Workers = None,
    scheduler: Scheduler = None,
    device: OnDevice = None,
    maps: Maps = False,
    until_decided: UntilDecided = False,
    smallest: Smallest = None,
    chance: Covers = None,
    checkpoints: Recorded = None,
    no_weights: WithoutWeights = False,
    only_estimate: OnlyEstimate = False,
    as_json: Json = False,
) -> None:
    """Train every experiment of a grid that is not stored yet, or seeds until all is decided."""
    began = time.monotonic()
    if not until_decided and (smallest, chance) != (None, None):
        raise ConfigError("--smallest and --chance are for --until-decided")
    needs_weights = maps or until_decided or checkpoints is not Checkpoints.NONE
    _check(no_weights=no_weights, needs_weights=needs_weights)
    if only_estimate and until_decided:
        raise ConfigError("--estimate is for a grid; --until-decided says what its looks take")
    experiments = read_grid(grid, with_folder)
    for data in dict.fromkeys(experiment.data for experiment in experiments):
        say_findings(data)
    store = open_store()
    chosen = settings_with(workers=workers, scheduler=scheduler, device=device)
    if until_decided:
        effect = SMALLEST_EFFECT if smallest is None else smallest / 100
        covers = chance or Chance.SEEDS_AND_IMAGES
        recorded = partial(recording_of, asked=checkpoints)
        if not sweep_until_decided(
            *(experiments, effect, covers, store, chosen), recorded=recorded, as_json=as_json
        ):
            raise typer.Exit(1)
        return
    recording = replace(recording_of(experiments, checkpoints), weights=not no_weights)
    if only_estimate:
        _tell_estimate(experiments, _missing(experiments, store, recording), store, chosen, as_json)
        return
    answer = _trained(experiments, store, chosen, recording, maps=maps)
    seconds = time.monotonic() - began
    if as_json:
        document(answer | {"seconds": seconds})
    else:
        facts(answer | {"seconds": duration(seconds), "keys": len(experiments)})
    if answer["failed"]:
        raise typer.Exit(1)


def _check(*, no_weights: bool, needs_weights: bool) -> None:
    if no_weights and needs_weights:
        raise ConfigError("--no-weights goes with --checkpoints none, without --maps")


def _missing(
    experiments: Sequence[Experiment], store: RunStore, recording: Recording
) -> list[Experiment]:
    """What of a grid is to be trained."""
    present = store.present(each.key for each in experiments) - lacking(recording, store)
    return [each for each in experiments if each.key not in present]


def _tell_estimate(
    experiments: Sequence[Experiment],
    missing: Sequence[Experiment],
    store: RunStore,
    chosen: Settings,
    as_json: bool,
) -> None:
    """Write how many runs of a grid are missing, and how long they take."""
    known = how_long(missing, store, chosen)
    if as_json:
        seconds = known.seconds if known else None
        document({"keys": len(experiments), "missing": len(missing), "seconds": seconds})
        return
    facts({"keys": len(experiments), "missing": len(missing), "time": known and known.text})


def _trained(
    experiments: Sequence[Experiment],
    store: RunStore,
    chosen: Settings,
    recording: Recording,
    *,
    maps: bool,
) -> dict[str, Any]:
    """Train what is missing of a grid; count what was trained, cached and failed."""
    keys = [experiment.key for experiment in experiments]
    missing = _missing(experiments, store, recording)
    say_work(missing, store, chosen)
    jobs = train_or_stop(missing, store, chosen, recording=recording) if missing else ()
    if maps:
        _maps(experiments, store, chosen.workers)
    done = [job for job in jobs if job.state is JobState.DONE]
    trained = [job for job in done if not (job.cached or job.elsewhere)]
    failed = [job for job in jobs if job.state is not JobState.DONE]
    for job in failed:
        say(f"run {job.key} {job.state}: {job.cause or 'no cause was given'}")
    return {
        "trained": len(trained),
        "cached": len(keys) - len(trained) - len(failed),
        "failed": len(failed),
        "seconds": 0.0,
        "keys": keys,
    }


def _maps(experiments: Sequence[Experiment], store: RunStore, workers: int) -> None:
    """Compute missing labels, and shift maps and receptive fields of the first seed."""
    first = min(experiment.seed for experiment in experiments)
    weighted = store.with_weights(e.key for e in experiments)
    requests: list[Request[Any]] = [
        LabelsRequest(data) for data in dict.fromkeys(e.data.source for e in experiments)
    ]
    for experiment in experiments:
        if experiment.seed == first and experiment.key in weighted:
            requests += [
                ShiftMapRequest(
                    experiment, ShiftSettings.of(experiment.input_shape, circular=circular)
                )
                for circular in (False, True)
            ]
            requests.append(EffectiveFieldRequest(experiment))
    missing = [one for one in requests if stored(store, one) is None]
    if not missing:
        return

    def kept() -> str:
        done = sum(stored(store, one) is not None for one in missing)
        return (
            f"{done} of {len(missing)} computations were finished and are kept in {store.path}; "
            f"the same command does the rest"
        )

    with stoppable(kept):
        say(f"{len(missing)} computations")
        compute(store, missing, workers)
