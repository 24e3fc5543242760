"""What does one image take in each network, as far as this machine has measured it?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from core.analyses import Latencies, LatencyRequest
from core.comparison import Arm
from pages.shared import cached, computing


def distinct(arms: Sequence[Arm]) -> list[Arm]:
    """One arm for each pooling and head, because dropout changes no cost."""
    last = {(arm.pooling, arm.head): arm for arm in reversed(arms)}
    return list(reversed(last.values()))


@dataclass(frozen=True, slots=True)
class Timed:
    """The latencies of some networks.

    Attributes:
        request: asks for them.
        latencies: what was measured; None before.
        arms: the networks, those that differ in dropout alone too.
    """

    request: LatencyRequest
    latencies: Latencies | None
    arms: tuple[Arm, ...]

    @classmethod
    def of(cls, arms: Sequence[Arm]) -> Self:
        """Read what is stored."""
        request = LatencyRequest(tuple(arm.seeded(0) for arm in distinct(arms)))
        return cls(request, cached.computed(request), tuple(arms))

    @property
    def milliseconds(self) -> dict[Arm, float]:
        """Median for one image at batch 1 on one thread, where it was measured."""
        if self.latencies is None:
            return {}
        networks = self.latencies.networks
        medians = {
            (experiment.model.pooling, experiment.model.head): next(
                1000 * one.median
                for one in networks[experiment.key]
                if (one.batch, one.threads) == (1, 1)
            )
            for experiment in self.request.experiments
        }
        return {arm: medians[arm.pooling, arm.head] for arm in self.arms}

    def offer(self, key: str) -> None:
        """Draw the button that measures.

        Args:
            key: of the button on its page.
        """
        computing.offer([self.request], "table of latencies", "tables", key=key)
