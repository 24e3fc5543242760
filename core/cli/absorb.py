"""`import`: how do runs of other machines come into the store?"""

from pathlib import Path
from typing import Annotated

import typer

from core.cli.app import Json, app, open_store
from core.cli.report import document, table
from core.errors import ConfigError
from core.store import absorb as merge


@app.command("import")
def absorb(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE.db...", help="As `export --format db` wrote them.")
    ],
    as_json: Json = False,
) -> None:
    """Take in the runs of other stores; each file says what it added."""
    missing = [str(file) for file in files if not file.is_file()]
    if missing:
        raise ConfigError(f"{', '.join(missing)}: no such file")
    store = open_store()
    rows = []
    for file in files:
        found = merge(store, file)
        rows.append(
            {
                "file": str(file),
                "added": found.added,
                "known": found.known,
                "refused": found.refused,
            }
        )
    if as_json:
        document(rows)
    else:
        columns = list(rows[0])
        table(columns, (list(row.values()) for row in rows), numbers=columns[1:])
