"""`import`: how do runs of other machines come into the store?"""

from pathlib import Path
from typing import Annotated

import typer

from core.cli.app import Json, app, check_store, open_store
from core.cli.report import document, say, table
from core.engine import labels_of_test
from core.errors import ConfigError
from core.store import absorb, labels_at_hand


@app.command("import")
def import_(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE.db...", help="As `export --format db` wrote them.")
    ],
    as_json: Json = False,
) -> None:
    """Take in the runs of other stores; each file says what it added."""
    for file in files:
        _check(file)
    store, labels = open_store(), labels_at_hand(labels_of_test)
    rows = []
    for file in files:
        absorbed = absorb(store, file, labels)
        for key, reason in absorbed.reasons.items():
            say(f"{file}: run {key} is refused: {reason}")
        rows.append(
            {
                "file": str(file),
                "added": absorbed.added,
                "known": absorbed.known,
                "refused": absorbed.refused,
            }
        )
    if as_json:
        document(rows)
    else:
        columns = list(rows[0])
        table(columns, (list(row.values()) for row in rows), numbers=columns[1:])


def _check(file: Path) -> None:
    """Refuse a file that is no run store, before any other is taken in."""
    if file.is_dir():
        raise ConfigError(f"{file} is a folder; a file that `export --format db` wrote is needed")
    if not file.is_file():
        raise ConfigError(f"{file}: no such file")
    if not file.stat().st_size:
        raise ConfigError(f"{file} is empty; a file that `export --format db` wrote is needed")
    check_store("", file)
