"""`runs`, `show` and `delete`: what is in the store?"""

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer

from core.cli.app import Json, app, open_store
from core.cli.report import accuracy, document, facts, say, table
from core.config import KEY_DIGITS
from core.errors import ConfigError
from core.run import Run, RunSummary, Source
from core.store import RunStore

SHORTEST = 4
"""digits of a key that may stand for the whole"""

AMBIGUOUS = 4
"""keys that a message lists when a short one fits several"""

SCREENFUL = 30
"""runs that a terminal shows without being asked for more"""

_LISTED = ("dataset", "pooling", "head", "dropout", "widths", "seed")
"""flat names in the table of runs; --json has all"""

Keys = Annotated[
    list[str] | None, typer.Argument(metavar="KEY...", help="Keys, or their first digits.")
]


@app.command("runs")
def runs(
    here: Annotated[
        bool, typer.Option("--here", help="Only your own, not those that are bundled.")
    ] = False,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=1, help="At most so many; on a terminal 30 by default."),
    ] = None,
    as_json: Json = False,
) -> None:
    """List the stored runs, newest first."""
    found = [each for each in open_store().summaries() if not here or each.source is Source.HERE]
    most = limit or (SCREENFUL if sys.stdout.isatty() and not as_json else None)
    summaries = found[:most]
    if as_json:
        document([asdict(summary) for summary in summaries])
        return
    table(
        ["key", *_LISTED, "status", "test", "seconds", "source"],
        (
            [
                summary.key,
                *(str(summary.config.get(name, "–")) for name in _LISTED),
                summary.status,
                accuracy(summary.test_accuracy),
                summary.seconds,
                summary.source,
            ]
            for summary in summaries
        ),
        numbers=["seed", "test", "seconds"],
    )
    if len(found) > len(summaries):
        say(f"{len(found) - len(summaries):,} more; --limit {len(found)} lists all")


@app.command("show")
def show(
    key: Annotated[str, typer.Argument(metavar="KEY", help="A key, or its first digits.")],
    as_json: Json = False,
) -> None:
    """Show one run: its configuration, its figures and its epochs."""
    store = open_store()
    (summary,) = find(store.summaries(), [key])
    content = run_documents(store, [summary])[0]
    if as_json:
        document(content)
        return
    epochs, config = content.pop("epochs"), content.pop("config")
    for name in ("train_accuracy", "validation_accuracy", "test_accuracy"):
        content[name] = accuracy(content[name])
    content["versions"] = ", ".join(f"{name} {v}" for name, v in content["versions"].items())
    facts(content | config)
    if epochs:
        print()  # noqa: T201 (a command line prints)
        columns = [name.replace("_", " ") for name in epochs[0]]
        table(columns, (list(epoch.values()) for epoch in epochs), numbers=columns)


@app.command("delete")
def delete(
    keys: Keys = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Delete runs from the store. Bundled runs cannot be deleted."""
    store = open_store()
    chosen = [summary.key for summary in find(store.summaries(), keys or [])]
    if not chosen:
        raise ConfigError("name at least one key; `poolscope runs` lists them")
    _check_own(store, chosen)
    if not (yes or as_json):
        typer.confirm(f"Delete {', '.join(chosen)}?", abort=True, err=True)
    deleted = store.delete(chosen)
    if as_json:
        document({"deleted": deleted, "keys": chosen})
    else:
        facts({"deleted": deleted})


def _check_own(store: RunStore, keys: Iterable[str]) -> None:
    """Refuse bundled runs before anybody is asked about them."""
    own = {summary.key for summary in store.summaries() if summary.source is Source.HERE}
    bundled = [key for key in keys if key not in own]
    if bundled:
        raise ConfigError(f"{', '.join(bundled)}: bundled with Poolscope, cannot be deleted")


def find(summaries: Sequence[RunSummary], prefixes: Iterable[str]) -> list[RunSummary]:
    """The runs whose keys begin with these digits, one for each, without duplicates.

    Raises:
        ConfigError: a prefix is no key, or fits no run or several.
    """
    found = (_find_one(summaries, prefix) for prefix in prefixes)
    return list({summary.key: summary for summary in found}.values())


def _find_one(summaries: Sequence[RunSummary], prefix: str) -> RunSummary:
    if not re.fullmatch(rf"[0-9a-f]{{{SHORTEST},{KEY_DIGITS}}}", prefix):
        raise ConfigError(
            f"{prefix!r} is no key: {SHORTEST} to {KEY_DIGITS} hexadecimal digits are allowed; "
            f"`poolscope runs` lists the keys"
        )
    fitting = [summary for summary in summaries if summary.key.startswith(prefix)]
    if not fitting:
        raise ConfigError(f"no stored run has the key {prefix}; `poolscope runs` lists the keys")
    if len(fitting) > 1:
        keys = ", ".join(summary.key for summary in fitting[:AMBIGUOUS])
        raise ConfigError(f"{prefix} fits {len(fitting)} runs ({keys}); give more digits")
    return fitting[0]


def run_documents(store: RunStore, summaries: Sequence[RunSummary]) -> list[dict[str, Any]]:
    """Runs as plain data: their rows of the list, with versions and epochs.

    A run of an older code version has no epochs: only its row can still be read.
    """
    found = store.runs(summary.key for summary in summaries)
    return [_document(summary, found.get(summary.key)) for summary in summaries]


def _document(summary: RunSummary, run: Run | None) -> dict[str, Any]:
    return {
        **asdict(summary),
        "versions": {} if run is None else dict(run.machine.versions),
        "epochs": [] if run is None else [asdict(epoch) for epoch in run.epochs],
    }
