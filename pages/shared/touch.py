"""Trained networks that a visitor can touch, or move an image under: all in the browser."""

import json
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.catalog import POOLINGS, DatasetEntry
from core.comparison import Arm
from core.figures.palette import DIVERGING, GREYS, SEQUENTIAL, style
from core.network import describe
from core.network.plain import plain_network
from core.run import Checkpoint
from pages.shared.in_browser import draw, styles

TOUCH_STYLES = styles("touch/touch")
COLOUR_SCALES = {"sequential": SEQUENTIAL, "diverging": DIVERGING, "grey": GREYS}
TOUCHED_MILLIONS = 60
"""most millions of multiplications for an image that the browser does whenever the pen moves"""


@dataclass(frozen=True, eq=False)
class Seen:
    """What all networks see.

    Attributes:
        pixels: (C, H, W) as stored.
        name: what the image is, in words.
        entry: the data set whose images the networks know.
        scale: with `shift`, turns stored bytes into the networks' input.
        shift: is added to the scaled bytes.
        label: the class of the image; None if nobody knows it.
    """

    pixels: NDArray[np.uint8]
    name: str
    entry: DatasetEntry
    scale: float
    shift: float
    label: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A trained network.

    Attributes:
        arm: of which it is a run.
        weights: their address.
        checkpoints: the address of the network before the end; None without any.
        steps: of the checkpoints.
        accuracies: at these steps, on the validation images, as fractions.
        epochs: the same after each epoch.
        batches: steps of an epoch.
        step: how far the training is; None if it has ended.
    """

    arm: Arm
    weights: str
    checkpoints: str | None
    steps: tuple[int, ...]
    accuracies: tuple[float, ...]
    epochs: tuple[float, ...]
    batches: int
    step: int | None = None


def millions(arms: Iterable[Arm], seed: int) -> float:
    """The multiplications that one image takes in all of some networks, in millions."""
    return sum(describe(arm.seeded(seed)).totals.macs for arm in arms) / 1_000_000


def packed(states: Iterable[Checkpoint]) -> bytes:
    """Checkpoints in one file, as pages/browser/engine/checkpoints.js reads it.

    The length of the header in 8 bytes, the header (a JSON list of step and size), the contents.
    """
    kept = list(states)
    header = json.dumps([[each.step, len(each.weights)] for each in kept]).encode()
    contents = (each.weights for each in kept)
    return b"".join((len(header).to_bytes(8, "little"), header, *contents))


def touch(
    networks: Sequence[Shown], seed: int, seen: Seen, *, plays: bool = False, in_talk: bool = False
) -> bool:
    """Draw networks that can be touched; False if this browser cannot show them.

    Args:
        networks: what is drawn, one line each.
        seed: of their runs.
        seen: the image.
        plays: whether the training is played at once.
        in_talk: whether nobody can scroll.
    """
    data = _data(networks, seed, seen) | {"plays": plays, "talk": in_talk}
    return draw("touch", "touch/main", TOUCH_STYLES, data)


def walk(networks: Sequence[Shown], seed: int, seen: Seen, *, reach: int, circular: bool) -> bool:
    """Draw an image that is moved under networks; False if this browser cannot show them.

    Args:
        networks: that answer, one beside the other.
        seed: of their runs.
        seen: the image.
        reach: largest shift, px.
        circular: whether what leaves on one side comes in on the other; else the ground comes in.
    """
    data = _data(networks, seed, seen) | {"reach": reach, "circular": circular}
    return draw("walk", "touch/walk", TOUCH_STYLES, data)


def _data(networks: Sequence[Shown], seed: int, seen: Seen) -> dict[str, Any]:
    return {
        "networks": [_network(network, seed) for network in networks],
        "picture": picture(seen),
        "input": {"scale": seen.scale, "shift": seen.shift},
        "classes": list(seen.entry.classes),
        "scales": COLOUR_SCALES,
    }


def picture(seen: Seen) -> dict[str, Any]:
    """An image as the browser draws it."""
    pixels = np.ascontiguousarray(seen.pixels)
    return {
        "id": f"{seen.name} {hash(pixels.tobytes())}",
        "pixels": b64encode(pixels.tobytes()).decode(),
        "shape": list(pixels.shape),
        "white": seen.entry.white,
        "background": list(seen.entry.background),
        "light": seen.entry.light_on_dark,
        "name": seen.name,
        "answer": seen.label,
    }


def _network(network: Shown, seed: int) -> dict[str, Any]:
    arm = network.arm
    drawn = style(arm.pooling)
    return {
        "title": f"{POOLINGS[arm.pooling].label} + {arm.head_label}",
        "now": None if network.step is None else _step(network.step, arm.experiment.steps),
        "glyph": drawn.glyph,
        "colours": [drawn.light, drawn.dark],
        "weights": network.weights,
        "ended": network.step is None,
        "learning": {
            "address": network.checkpoints,
            "steps": network.steps,
            "accuracies": network.accuracies,
            "epochs": network.epochs,
            "batches": network.batches,
            "total": arm.experiment.steps,
        },
        "description": plain_network(arm.seeded(seed)),
    }


def _step(step: int, total: int) -> str:
    return f"step {step:,} of {total:,}" if step else f"before the first of {total:,} steps"
