"""By how much does one network differ from another, seed by seed, in the runs of a store?"""

from collections.abc import Iterable, Mapping
from typing import Protocol

from core.comparison.comparison import Comparison, Results
from core.comparison.statistics import LEAST_PAIRS, Difference, paired_difference
from core.config import Experiment
from core.errors import ConfigError
from core.run import Run


class Runs(Protocol):
    """A `RunStore`, or anything else that finds runs by key."""

    def runs(self, keys: Iterable[str], /) -> Mapping[str, Run]:
        """Key -> run, for the keys that it has."""


def compare(
    arm: Experiment, reference: Experiment, store: Runs, seeds: Iterable[int] = range(10)
) -> Difference:
    """Compare the test accuracies of two networks that were trained with the same seeds.

    Args:
        arm: the network to compare; its seed is ignored.
        reference: the network to compare it with; its seed is ignored.
        store: where the runs are.
        seeds: seeds of the pairs of runs.

    Returns:
        Arm minus reference, as fractions: mean, 95 % interval over training seeds, verdict.

    Raises:
        ConfigError: runs are missing, or fewer than two pairs did not diverge.
    """
    comparison = Comparison.of((arm, reference), seeds)
    results = Results(comparison, store.runs({e.key for e in comparison.experiments}))
    if results.missing:
        first = results.missing[0]
        raise ConfigError(
            f"{len(results.missing)} of {len(comparison.experiments)} runs are not in the store; "
            f"the first of them is {first.model.pooling}, {first.model.head}, seed {first.seed}"
        )
    # an arm and a reference that are equal become one arm
    first_arm, *others = (results.test_accuracy(each) for each in comparison.arms)
    difference = paired_difference(first_arm, others[0] if others else first_arm)
    if difference is None:
        raise ConfigError(
            f"{LEAST_PAIRS} pairs of runs that ended well are needed; "
            f"received {len(comparison.seeds)} seeds with "
            f"{len(results.diverged)} runs that diverged"
        )
    return difference
