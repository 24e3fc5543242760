"""`check`: is every stored run as it was put there?"""

from pathlib import Path
from typing import Annotated, Any

import typer

from core import settings
from core.cli.app import Json, app
from core.cli.report import document, facts, say
from core.errors import StoreError
from core.store import RunStore, bundled_files, repair


@app.command("check")
def check(
    mend: Annotated[
        bool,
        typer.Option("--repair", help="Set damaged runs aside, and keep all that can be read."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Look at every byte of your runs and of the bundled ones; name what is damaged."""
    chosen = settings.load()
    own = chosen.store
    answers = [_repaired(own) if mend else _looked_at(own, RunStore(own))]
    answers += [_bundled(path) for path in bundled_files(chosen.gallery)]
    for answer in answers:
        for key, reason in answer["damaged"].items():
            say(f"{answer['file']}: {key} is damaged: {reason}")
    if as_json:
        document(answers)
    else:
        for answer in answers:
            facts(answer | {"damaged": len(answer["damaged"])})
    if any(answer["damaged"] and not answer["repaired"] for answer in answers):
        if not mend:
            say("`poolscope check --repair` sets damaged runs of your own aside")
        raise typer.Exit(1)


def _looked_at(path: Path, store: RunStore) -> dict[str, Any]:
    damaged = store.damaged()
    runs = len(store.own_keys() - damaged.keys())
    return {"file": str(path), "runs": runs, "damaged": damaged, "repaired": False}


def _bundled(path: Path) -> dict[str, Any]:
    """What is damaged of bundled runs; a file that cannot be read does not keep others from it."""
    try:
        return _looked_at(path, RunStore.only_read(path))
    except StoreError as error:
        return {"file": str(path), "runs": 0, "damaged": {"file": str(error)}, "repaired": False}


def _repaired(path: Path) -> dict[str, Any]:
    damaged = repair(path)
    runs = len(RunStore(path).own_keys())
    return {"file": str(path), "runs": runs, "damaged": damaged, "repaired": True}
