"""Under which recipes do seeds collapse? The table of CONTRIBUTING, from the runs stored here.

A seed collapses if it is more than four interquartile ranges below its network's median, or at
30 % and below. Seeds may lie within 0.2 points by chance, so the range counts as half a point at
least. Run it as `python -m tests.benchmarks.collapses`.
"""

import statistics
from collections import defaultdict

from core import settings
from core.store import RunStore

LEAST_SEEDS, LEAST_RANGE, AT_CHANCE = 3, 0.005, 0.3
RECIPE = ("dataset", "train_size", "epochs", "widths", "norm", "lr")
ASIDE = {"dropout": "none", "augment_shift": 0}
"""what would regularise; only runs without it are counted"""


def collapsed(accuracies: list[float]) -> int:
    """How many seeds of one network collapsed."""
    first, median, third = statistics.quantiles(accuracies, n=4, method="inclusive")
    least = median - 4 * max(third - first, LEAST_RANGE)
    return sum(value < least or value <= AT_CHANCE for value in accuracies)


def main() -> None:
    """Print one line for each recipe."""
    here = settings.load()
    networks: dict[tuple[tuple[object, ...], str], list[float]] = defaultdict(list)
    for row in RunStore(here.store, here.gallery).summaries():
        if all(row.config[name] == value for name, value in ASIDE.items()):
            network = sorted(
                item for item in row.config.items() if item[0] not in (*RECIPE, "seed")
            )
            recipe = tuple(row.config[name] for name in RECIPE)
            networks[recipe, str(network)].append(row.test_accuracy or 0.0)
    counts: dict[tuple[object, ...], list[int]] = defaultdict(lambda: [0, 0, 0])
    for (recipe, _), accuracies in networks.items():
        if len(accuracies) >= LEAST_SEEDS:
            more = 1, len(accuracies), collapsed(accuracies)
            counts[recipe] = [a + b for a, b in zip(counts[recipe], more, strict=True)]
    print("| " + " | ".join((*RECIPE, "networks", "runs", "collapsed")) + " |")
    print("|---" * (len(RECIPE) + 3) + "|")
    for recipe, numbers in sorted(counts.items(), key=str):
        print("| " + " | ".join(map(str, (*recipe, *numbers))) + " |")


if __name__ == "__main__":
    main()
