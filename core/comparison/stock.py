"""Which networks are stored, by their settings? Looked up without reading the disk.

Networks that differ in nothing but head, dropout position, pooling and seed share a recipe. In it a
setting that has no effect is None, whatever value a configuration has there.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from core.catalog import DATASETS, Dataset, DropoutPosition, Pooling
from core.config import Experiment
from core.config.fields import FIELDS
from core.run import RunSummary, Status

AXES = ("pooling", "head", "dropout")
"""flat names of the settings in which the networks of one comparison may differ"""
SHARED = tuple(name for name in FIELDS if name not in (*AXES, "seed"))
"""flat names of the settings that they share"""
Place = tuple[str, str]
"""head and dropout position"""
Recipe = tuple[Any, ...]
"""values of `SHARED`, None where one has no effect"""


class Stock:
    """The runs that are stored, by their settings.

    Args:
        stored: the list of a store; runs that diverged, or whose settings are not known here, are
            passed over.

    Attributes:
        keys: of the runs.
        poolings: strategies with a run.
        recipes: each recipe -> where networks are stored that share it, up to what only some
            strategies have: head and dropout position -> strategies. In an order that does not
            depend on that of the list.
    """

    def __init__(self, stored: Iterable[RunSummary]) -> None:
        self.keys: set[str] = set()
        self.poolings: set[str] = set()
        self._seeds: dict[tuple[Recipe, Place, str], set[int]] = {}
        for summary in stored:
            if summary.status is Status.DONE and summary.config.keys() <= _KNOWN:
                self._add(summary)
        shared: dict[Recipe, dict[Place, set[str]]] = {}
        for recipe, place, pooling in self._seeds:
            shared.setdefault(_of_all(recipe), {}).setdefault(place, set()).add(pooling)
        recipes = sorted({recipe for recipe, _, _ in self._seeds}, key=str)
        self.recipes = {recipe: shared[_of_all(recipe)] for recipe in recipes}

    def _add(self, summary: RunSummary) -> None:
        try:
            place = place_of(summary.config)
        except (KeyError, ValueError):
            # another version had other settings or names
            return
        self.keys.add(summary.key)
        self.poolings.add(place[-1])
        self._seeds.setdefault(place, set()).add(summary.seed)

    def seeds(self, flat: Mapping[str, Any]) -> int:
        """How many seeds from 0 on are stored of a network with these settings."""
        there = self._seeds.get(place_of(flat), set())
        return next(seed for seed in range(len(there) + 1) if seed not in there)


CONTENTS = "folder"
"""flat name of the contents of a folder"""
_KNOWN = {*FIELDS, CONTENTS}


def _of_all(recipe: Recipe) -> Recipe:
    """A recipe without what only some strategies have."""
    return tuple(value for name, value in zip(SHARED, recipe, strict=True) if name in _OF_ALL)


def place_of(flat: Mapping[str, Any]) -> tuple[Recipe, Place, str]:
    """Where the networks with these settings are kept.

    Raises:
        KeyError: a setting is missing.
        ValueError: a value has a name that this version does not know.
    """
    pooling, head, dropout = (str(flat[name]) for name in AXES)
    idle = _idle(pooling, dropout, str(flat["dataset"]))
    recipe = (None if name in idle else flat.get(name, FIELDS[name].default) for name in SHARED)
    return tuple(recipe), (head, dropout), pooling


@lru_cache(maxsize=1024)
def _idle(pooling: str, dropout: str, dataset: str) -> frozenset[str]:
    """The settings without effect; which these are depends on nothing else."""
    network = SimpleNamespace(
        pooling=Pooling(pooling), dropout=DropoutPosition(dropout), dataset=dataset
    )
    scopes = ((name, FIELDS[name].about.scope) for name in SHARED)
    return frozenset(name for name, scope in scopes if scope and not scope.holds(network))


_WITHOUT_EFFECT = [_idle(name, DropoutPosition.NONE, Dataset.DIGITS) for name in Pooling]
_OF_ALL = {name for name in SHARED if len({name in idle for idle in _WITHOUT_EFFECT}) == 1}
"""settings that have an effect with every strategy, or with none"""


def usual(flat: Mapping[str, Any]) -> Mapping[str, Any]:
    """The settings by default on the data set of some settings."""
    if flat["dataset"] in DATASETS:
        return _usual_of_named(str(flat["dataset"]))
    return Experiment.from_flat({name: flat[name] for name in ("dataset", CONTENTS)}).to_flat()


@lru_cache(maxsize=len(DATASETS))
def _usual_of_named(dataset: str) -> Mapping[str, Any]:
    return Experiment.from_flat({"dataset": dataset}).to_flat()
