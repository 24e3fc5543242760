"""`cost`: what does a network cost, without training it?"""

from dataclasses import asdict
from typing import Any

from core.cli.app import Json, app
from core.cli.flags import with_experiment
from core.cli.report import document, facts, table
from core.comparison.ledger import LEDGER_COLUMNS, row
from core.config import Experiment
from core.network import Architecture, describe


@app.command("cost")
@with_experiment
def cost(experiment: Experiment, as_json: Json = False) -> None:
    """Show the cost ledger of a network, layer by layer, for one image. Trains nothing."""
    architecture = describe(experiment)
    if as_json:
        document(ledger(architecture))
        return
    table(
        [column.heading for column in LEDGER_COLUMNS],
        (list(row(layer).values()) for layer in architecture.layers),
        numbers=[column.heading for column in LEDGER_COLUMNS[3:]],
    )
    print()  # noqa: T201 (a command line prints)
    facts({**asdict(architecture.totals), "head_ratio": architecture.head_ratio})


def ledger(architecture: Architecture) -> dict[str, Any]:
    """The layers, their totals and the head's parameters against GAP's, as plain data."""
    return {
        "layers": [row(layer) for layer in architecture.layers],
        "totals": asdict(architecture.totals),
        "head_ratio": architecture.head_ratio,
    }
