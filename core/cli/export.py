"""`export`: how do runs leave the store?"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from enum import StrEnum
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from core.claims import CLAIMS, TIMED, judge
from core.cli.app import Json, app, open_store
from core.cli.report import document, facts, say
from core.cli.stored import Keys, find, run_documents
from core.config import SECTION_OF
from core.engine import stored
from core.errors import ConfigError, StoreError
from core.figures.report import report, results_of
from core.network.pytorch_code import torch_code
from core.run import Run, RunSummary
from core.store import RunStore, Weights, write_copy
from core.words import as_csv


class Format(StrEnum):
    """What an export can be."""

    DB = "db"
    """a run store of its own, weights included"""
    JSON = "json"
    """a list of runs with their epochs"""
    CSV = "csv"
    """one line a run"""
    HTML = "html"
    """a report that opens without a network"""
    SAFETENSORS = "safetensors"
    """the weights of one run"""
    TORCH = "torch"
    """one network as plain PyTorch code"""


NAMED_RUNS = 5
"""runs that are left out and named; of more only the number is said"""

WeightsOf = Annotated[
    int | None,
    typer.Option(
        "--weights-of",
        metavar="N",
        min=0,
        help="With --format db: keep the weights of seeds below N only; default all.",
    ),
]
WeightsUnder = Annotated[
    int | None,
    typer.Option(
        "--weights-under",
        metavar="KB",
        min=0,
        help="With --format db: leave out weights that are larger.",
    ),
]
CheckpointsOf = Annotated[
    int | None,
    typer.Option(
        "--checkpoints-of",
        metavar="N",
        min=0,
        help="With --format db: keep the checkpoints of seeds below N only; default all.",
    ),
]

_FOR_ONE = (Format.SAFETENSORS, Format.TORCH)
"""formats that hold one run"""


_FIGURES = (
    "train_accuracy",
    "validation_accuracy",
    "test_accuracy",
    "parameters",
    "macs",
    "seconds",
    "device",
    "capability",
    "created",
    "source",
)
"""of a run, after its configuration"""


@app.command("export")
def export(
    keys: Keys = None,
    everything: Annotated[bool, typer.Option("--all", help="Every run.")] = False,
    form: Annotated[Format, typer.Option("--format", help="What to write.")] = Format.JSON,
    seeds_with_weights: WeightsOf = None,
    kilobytes: WeightsUnder = None,
    seeds_with_checkpoints: CheckpointsOf = None,
    dataset: Annotated[
        str | None,
        typer.Option("--dataset", metavar="NAME", help="With --all: runs of this data set only."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Default: stdout.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
    as_json: Json = False,
) -> None:
    """Write runs to a file: a store to import elsewhere, JSON, CSV, report, weights or PyTorch."""
    kept = _kept(form, seeds_with_weights, kilobytes, seeds_with_checkpoints)
    if everything == bool(keys):
        raise ConfigError("name the keys to export, or --all of them; exactly one is allowed")
    if dataset is not None and not everything:
        raise ConfigError("--dataset is for --all; keys name their runs already")
    store = open_store()
    there = store.summaries()
    chosen = _of(dataset, there) if everything else find(there, keys or [])
    if form in _FOR_ONE and len(chosen) != 1:
        raise ConfigError(f"--format {form} holds one run; {len(chosen)} were named")
    if output is None:
        _to_stdout(store, chosen, form, as_json=as_json)
        return
    _check_target(output, store, force=force)
    written = _to_file(store, chosen, form, output, kept)
    answer = {"format": form, "output": str(output), "runs": written}
    if as_json:
        document(answer)
    else:
        facts(answer)


def _kept(
    form: Format, seeds: int | None, kilobytes: int | None, checkpoints: int | None
) -> Weights:
    """Which weights a copy carries.

    Raises:
        ConfigError: something is left out of a format that is no copy.
    """
    if form is not Format.DB and (seeds, kilobytes, checkpoints) != (None, None, None):
        raise ConfigError("--weights-of, --weights-under and --checkpoints-of are for --format db")
    size = None if kilobytes is None else 1000 * kilobytes
    return Weights(seeds=seeds, size=size, checkpoints=checkpoints)


def _of(dataset: str | None, stored: Sequence[RunSummary]) -> list[RunSummary]:
    """The runs of a data set, or all of them.

    Raises:
        ConfigError: there is none of it.
    """
    of_it = [row for row in stored if dataset in {None, row.config.get("dataset")}]
    if dataset is not None and not of_it:
        names = sorted({str(row.config.get("dataset")) for row in stored})
        there = ", ".join(names) if names else "nothing"
        raise ConfigError(f"no stored run is of the data set {dataset!r}; stored: {there}")
    return of_it


def _to_stdout(
    store: RunStore, chosen: Sequence[RunSummary], form: Format, *, as_json: bool
) -> None:
    binary = form in {Format.DB, Format.SAFETENSORS}
    if binary or (as_json and form is not Format.JSON):
        raise ConfigError(f"--format {form} needs a file here: --output FILE.{form}")
    typer.echo(_text(store, chosen, form), nl=False)


def _check_target(output: Path, store: RunStore, *, force: bool) -> None:
    if output.exists() and store.path.exists() and output.samefile(store.path):
        raise ConfigError(f"{output} is the run store itself; choose another file")
    if output.is_dir():
        raise ConfigError(f"{output} is a folder; name a file to write")
    if output.exists() and not (force and output.is_file()):
        raise ConfigError(f"{output} is there already; choose another file, or --force")


def _to_file(
    store: RunStore,
    chosen: Sequence[RunSummary],
    form: Format,
    output: Path,
    kept: Weights,
) -> int:
    """Write the file whole or not at all; the number of runs in it."""
    try:
        with TemporaryDirectory(prefix=".export-", dir=output.parent) as folder:
            made = Path(folder) / "made"
            if form is Format.DB:
                written, left_out = write_copy(
                    store, [summary.key for summary in chosen], made, kept
                )
                for key in left_out[:NAMED_RUNS]:
                    say(f"run {key} is left out: damaged, or of older training code")
                if more := len(left_out[NAMED_RUNS:]):
                    say(f"{more:,} more are left out for the same reason")
            else:
                made.write_bytes(_content(store, chosen, form))
                written = len(chosen)
            made.replace(output)
    except OSError as error:
        raise ConfigError(f"{output} cannot be written: {error.strerror}") from error
    return written


def _content(store: RunStore, chosen: Sequence[RunSummary], form: Format) -> bytes:
    if form is not Format.SAFETENSORS:
        return _text(store, chosen, form).encode()
    (summary,) = chosen
    weights = store.weights(summary.key)
    if not weights:
        raise StoreError(f"run {summary.key} was kept without its weights; train it again")
    return weights


def _text(store: RunStore, chosen: Sequence[RunSummary], form: Format) -> str:
    if form is Format.JSON:
        return json.dumps(run_documents(store, chosen), indent=2, ensure_ascii=False) + "\n"
    if form is Format.TORCH:
        return torch_code(_runs(store, chosen)[0].experiment)
    if form is Format.HTML:
        results = results_of(_of_one_set(_runs(store, chosen)))
        return report(results, judge(CLAIMS.values(), store, TIMED), partial(stored, store))
    # a row of an older version may lack a flat name, or have one that is gone
    rows = ({**summary.config, **asdict(summary)} for summary in chosen)
    return as_csv(rows, ["key", "status", *SECTION_OF, *_FIGURES])


def _of_one_set(runs: list[Run]) -> list[Run]:
    """Refuse runs that no figure can compare."""
    names = sorted({run.experiment.data.entry.label for run in runs})
    if len(names) > 1:
        raise ConfigError(
            f"--format html compares runs of one data set; these are of {', '.join(names)}"
        )
    return runs


def _runs(store: RunStore, chosen: Sequence[RunSummary]) -> list[Run]:
    """The runs that can be read.

    Raises:
        StoreError: none can.
    """
    found = list(store.runs(summary.key for summary in chosen).values())
    if not found:
        raise StoreError("these runs are of older training code; train them again")
    return found
