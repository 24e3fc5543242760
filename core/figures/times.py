"""The measured times of several networks, as rows of a table."""

from collections.abc import Sequence
from statistics import median

from core.analyses import Latency, StepTime
from core.comparison.ledger import layer_names
from core.network import Architecture
from core.words import plural


def timed_rows(
    networks: Sequence[tuple[str, StepTime]], architectures: Sequence[Architecture]
) -> list[dict[str, object]]:
    """Measured milliseconds of every layer, side by side, and of the whole step.

    Args:
        networks: heading and times of each network.
        architectures: of the same networks, for the order of the layers.

    Returns:
        Rows with "layer" and one text "forward + backward" per network; None where it has no such
        layer.
    """
    rows: list[dict[str, object]] = [
        {"layer": name, **{heading: _ms(times, name) for heading, times in networks}}
        for name in layer_names(architectures)
    ]
    step = {heading: f"{1000 * median(times.step):.2f}" for heading, times in networks}
    return [*rows, {"layer": "whole step", **step}]


def _ms(times: StepTime, name: str) -> str | None:
    if name not in times.layers:
        return None
    forward, backward = times.layers[name].typical
    return f"{1000 * forward:.2f} + {1000 * backward:.2f}"


def latency_rows(networks: Sequence[tuple[str, Sequence[Latency]]]) -> list[dict[str, object]]:
    """Milliseconds for one image, a row for each network and a column for each way of running it.

    Args:
        networks: heading and latencies of each network.

    Returns:
        Rows with "network", and texts "median (95th percentile)".
    """
    return [{"network": name, **dict(map(_for_an_image, each))} for name, each in networks]


def _for_an_image(latency: Latency) -> tuple[str, str]:
    middle, high = (f"{1000 * seconds:.3f}" for seconds in latency.image)
    threads = f"{latency.threads} {plural('thread', latency.threads)}"
    return f"batch {latency.batch}, {threads}", f"{middle} ({high})"
