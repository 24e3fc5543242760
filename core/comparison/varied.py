"""In what do some runs differ, and what do they share? For lists, and for a few side by side.

Settings are taken as the store has them, perhaps from another version of Poolscope.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.comparison.address import address
from core.comparison.comparison import Arm, Comparison
from core.comparison.stock import CONTENTS, SHARED, place_of, usual
from core.config import Experiment
from core.config.fields import FIELDS
from core.errors import ConfigError

ALWAYS_SAID = ("dataset", "pooling", "head")
"""settings that are said even at their default"""


@dataclass(frozen=True, slots=True)
class Varied:
    """The settings of some runs, without the seed.

    Attributes:
        columns: flat names of the settings in which they differ, in the order of all settings.
        shared: flat name -> value, of the settings that all of them have and that are worth saying:
            data set, strategy, head, and what is not at the default of the data set.
    """

    columns: tuple[str, ...]
    shared: Mapping[str, Any]


def varied(configs: Sequence[Mapping[str, Any]]) -> Varied:
    """In what some runs differ, and what they share.

    Args:
        configs: flat name -> value, of each run.
    """
    if not configs:
        return Varied((), {})
    names = [name for name in FIELDS if name != "seed"]
    values = {name: {config.get(name) for config in configs} for name in names}
    defaults = _defaults(configs)
    shared = {
        name: value
        for name, (value, *more) in values.items()
        if not more and value is not None
        if name in ALWAYS_SAID or any(value != own.get(name) for own in defaults)
    }
    return Varied(tuple(name for name in names if len(values[name]) > 1), shared)


def _defaults(configs: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The settings by default of each data set; empty if one of them is not known here."""
    first = {config.get("dataset"): config for config in configs}
    try:
        return [usual({CONTENTS: None, **config}) for config in first.values()]
    except (ConfigError, KeyError):
        return []


def off_defaults(comparison: Comparison) -> Mapping[str, Any]:
    """The settings that all networks of a comparison share, where not at their data set's default.

    Returns:
        flat name -> value, without data set and seed, in the order of all settings.
    """
    flat = comparison.arms[0].experiment.to_flat()
    shared, defaults = address(comparison), usual(flat)
    names = (name for name in SHARED if name != "dataset")
    return {name: shared[name] for name in names if shared[name] != defaults[name]}


def holding(experiments: Sequence[Experiment]) -> Comparison | None:
    """The comparison whose arms these experiments are, with all seeds from 0 on.

    None if they differ in a setting that the networks of a comparison share.
    """
    recipes = [place_of(experiment.to_flat())[0] for experiment in experiments]
    for values in zip(*recipes, strict=True):
        # None: the setting has no effect on that network
        if len({value for value in values if value is not None}) > 1:
            return None
    seeds = max(experiment.seed for experiment in experiments) + 1
    return Comparison.of(map(Arm, experiments), range(seeds))
