"""`cost`: what does a network cost, without training it?"""

from collections.abc import Mapping
from dataclasses import asdict
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core import settings
from core.cli.app import Json, app
from core.cli.flags import say_idle, with_experiment
from core.cli.report import document, facts, say, table
from core.comparison.ledger import LEDGER_COLUMNS, row
from core.config import Experiment
from core.errors import ConfigError, EngineError
from core.network import Architecture, describe

if TYPE_CHECKING:
    from core.network.swap import SwapTable

SWAP_HEADINGS = {
    "name": "module",
    "was": "was",
    "now": "now",
    "shape": "output",
    "parameters": "parameters",
    "macs": "MACs",
    "pooling_ops": "pooling operations",
    "receptive_field": "receptive field, px",
}
"""field of a replacement -> its column"""

USED_FOR_MODULES = ("pooling", "image_size")
"""settings that count where a network of your own is named"""


LARGEST_IMAGE = 4096
"""side in pixels; one image of it goes through the network"""


def cost(
    experiment: Experiment,
    module: Annotated[
        str | None,
        typer.Option(
            metavar="<package:name>",
            help="A network of your own instead, as torchvision.models:resnet18 (imported and "
            "called): what do --pooling in place of its pools, and --image-size, cost?",
        ),
    ] = None,
    convolutions: Annotated[
        bool, typer.Option("--convolutions", help="With --module: strided convolutions too.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show the cost ledger of a network, layer by layer, for one image. Trains nothing."""
    if convolutions and module is None:
        say("--convolutions: no effect here")
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
    """The layers, their totals, and the head's parameters relative to GAP's, as plain data."""
    return {
        "layers": [row(layer) for layer in architecture.layers],
        "totals": asdict(architecture.totals),
        "head_ratio": architecture.head_ratio,
    }


def cost_of_module(
    flags: Mapping[str, str], module: str, convolutions: bool, as_json: bool
) -> None:
    """Show what a strategy costs in the place of the pools of any network."""
    if reason := settings.without_torch("building a network"):
        raise EngineError(reason)
    from core.network.swap import by_reason, swap

    if "pooling" not in flags:
        raise ConfigError("--pooling: which strategy is to replace the pools of the module?")
    side = _side(flags.get("image_size", "224"))
    say_idle(name for name in flags if name not in USED_FOR_MODULES)
    _, swapped = swap(
        _named(module),
        flags["pooling"],
        input_shape=(3, side, side),
        convolutions=convolutions,
    )
    if as_json:
        content = asdict(swapped)
        totals = {name: content[name] for name in swapped.totals}
        document({"replaced": content["replaced"], "left": content["left"], "totals": totals})
        return
    _show(swapped, by_reason(swapped.left))


def _show(swapped: "SwapTable", left: Mapping[str, str]) -> None:
    table(
        list(SWAP_HEADINGS.values()),
        ([getattr(each, name) for name in SWAP_HEADINGS] for each in swapped.replaced),
        numbers=list(SWAP_HEADINGS.values())[4:],
    )
    print()  # noqa: T201 (a command line prints)
    facts(swapped.totals)
    for reason, names in left.items():
        facts({"left": f"{names}: {reason}"})


def _side(text: str) -> int:
    side = int(text) if text.isdecimal() else 0
    if not 1 <= side <= LARGEST_IMAGE:
        raise ConfigError(f"--image-size: 1 to {LARGEST_IMAGE:,} is allowed; received {text!r}")
    return side


def _named(path: str) -> Any:
    """Import what is named as package:name, and call it without arguments."""
    package, _, name = path.partition(":")
    if not package or not name:
        raise ConfigError(f"--module: package:name is needed; received {path!r}")
    try:
        made: Any = import_module(package)
        for part in name.split("."):
            made = getattr(made, part)
        # a network can be called too, but is there already
        return made if hasattr(made, "state_dict") and not isinstance(made, type) else made()
    except Exception as error:  # it runs code of others
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ConfigError(f"--module: {path} cannot be made ({reason})") from error


app.command("cost")(with_experiment(cost, instead=cost_of_module))
