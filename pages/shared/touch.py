"""Trained networks that a visitor can touch, or move an image under: all in the browser."""

import json
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.catalog import POOLINGS, DatasetEntry
from core.comparison import Arm
from core.figures.palette import DIVERGING, GREYS, SEQUENTIAL, style
from core.network import describe
from core.network.plain import plain_network
from core.run import Checkpoint

TOUCH_FOLDER = Path(__file__).parents[1] / "browser" / "touch"
TOUCH_STYLES = (TOUCH_FOLDER / "touch.css").read_text(encoding="utf-8")
TOUCH_SCRIPT = """
const [root] = document.querySelector('script[src*="static/js/"]').src.split("static/js/");
const main = import(`${root}browser/touch/MODULE.js`);
export default function ({ data, parentElement, setStateValue }) {
  main
    .then(({ show }) => show(parentElement, data, root))
    .catch((error) => {
      console.error(error);
      if (parentElement.isConnected) setStateValue("failed", true);
    });
}
"""
TOUCHED_MILLIONS = 60
"""most millions of multiplications for an image that the browser does whenever the pen moves"""
NOT_TOUCHABLE = "networks cannot be touched"
"""set in a session whose browser could not load or run the engine"""


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
    if st.session_state.get(NOT_TOUCHABLE):
        return False
    _draw("touch", "main", _data(networks, seed, seen) | {"plays": plays, "talk": in_talk})
    return True


def walk(networks: Sequence[Shown], seed: int, seen: Seen, *, reach: int, circular: bool) -> bool:
    """Draw an image that is moved under networks; False if this browser cannot show them.

    Args:
        networks: that answer, one beside the other.
        seed: of their runs.
        seen: the image.
        reach: largest shift, px.
        circular: whether what leaves on one side comes in on the other; else the ground comes in.
    """
    if st.session_state.get(NOT_TOUCHABLE):
        return False
    _draw("walk", "walk", _data(networks, seed, seen) | {"reach": reach, "circular": circular})
    return True


def _draw(key: str, module: str, data: dict[str, Any]) -> None:
    script = TOUCH_SCRIPT.replace("MODULE", module)
    draw = st.components.v2.component(key, js=script, css=TOUCH_STYLES, isolate_styles=False)
    draw(data=data, key=key, on_failed_change=_fail)


def _fail() -> None:
    st.session_state[NOT_TOUCHABLE] = True


def _data(networks: Sequence[Shown], seed: int, seen: Seen) -> dict[str, Any]:
    pixels = np.ascontiguousarray(seen.pixels)
    return {
        "networks": [_network(network, seed) for network in networks],
        "picture": {
            "id": f"{seen.name} {hash(pixels.tobytes())}",
            "pixels": b64encode(pixels.tobytes()).decode(),
            "shape": list(pixels.shape),
            "white": seen.entry.white,
            "background": list(seen.entry.background),
            "light": seen.entry.light_on_dark,
            "name": seen.name,
            "answer": seen.label,
        },
        "input": {"scale": seen.scale, "shift": seen.shift},
        "classes": list(seen.entry.classes),
        "scales": {"sequential": SEQUENTIAL, "diverging": DIVERGING, "grey": GREYS},
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
