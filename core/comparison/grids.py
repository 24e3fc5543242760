"""Which experiments does a grid file ask for? Its keys are flat names; lists are crossed.

A file holds one grid, or several as tables `[[grids]]`, whose experiments are combined.
"""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

from core.comparison import Comparison
from core.config import SECTION_OF, Experiment
from core.errors import ConfigError
from core.network import describe
from core.words import as_toml_value

MOST = 10_000
"""most experiments in one grid, so that a typo in a list cannot ask for a million"""

MOST_GRID_BYTES = 2**18
"""largest grid file: room for ten thousand seeds, or thousands of tables"""

SEVERAL = "grids"
"""name of the tables in a file with several grids"""

NAMED = 3
"""number of refused networks that a message names; it counts the rest"""


Flat = Mapping[str, Any]


def read_grid(path: Path, resolve: Callable[[Flat], Flat] = dict) -> tuple[Experiment, ...]:
    """The experiments of a grid file, in order, without duplicates.

    Args:
        path: path of the file.
        resolve: adds the contents of a folder of images (`core.with_folder`); without it, grids
            that name a folder are refused.

    Raises:
        ConfigError: the file cannot be read, or contains something that is not allowed.
    """
    content = _parse(path)
    parts = content.pop(SEVERAL, [content])
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        raise ConfigError(f"{path}: {SEVERAL} are tables: write [[{SEVERAL}]] above each")
    if content and parts != [content]:
        raise ConfigError(f"{path}: {', '.join(content)}: belongs in one of the [[{SEVERAL}]]")
    # counted before anything is crossed: a small file can ask for more than the memory holds
    grids = [_lists(part, path) for part in parts]
    count = sum(prod(map(len, values.values())) for values in grids)
    if count > MOST:
        raise ConfigError(f"{path}: asks for {count:,} experiments; at most {MOST:,} are allowed")
    # each value once before all of them are crossed, so that a bad one is refused at once
    for values in grids:
        for tried in _each_once(values):
            next(_crossed(tried, path, resolve))
    experiments = {e.key: e for values in grids for e in _crossed(values, path, resolve)}
    check_buildable(experiments.values())
    return tuple(experiments.values())


def as_toml(comparison: Comparison) -> str:
    """A grid file for the experiments of a comparison, from which `read_grid` restores them."""
    lines = ["# A comparison of Poolscope; `poolscope sweep FILE` trains what is missing of it."]
    default = Experiment().to_flat()
    for arm in comparison.arms:
        flat = arm.experiment.to_flat()
        lines += ["", f"[[{SEVERAL}]]"]
        always: tuple[str, ...] = ("dataset", "pooling", "head")
        # hyperparameters are always written, because their defaults depend on the data set
        always += tuple(name for name, section in SECTION_OF.items() if section == "training")
        lines += [
            f"{name} = {as_toml_value(flat[name])}"
            for name, section in SECTION_OF.items()
            if section and (name in always or flat[name] != default[name])
        ]
        lines.append(f"seed = {list(comparison.seeds)}")
    return "\n".join([*lines, ""])


def _lists(grid: Mapping[str, Any], path: Path) -> dict[str, list[object]]:
    """The values of each flat name of a grid.

    Raises:
        ConfigError: a name is not known, or a value is no text and no number.
    """
    unknown = [name for name in grid if name not in SECTION_OF]
    if unknown:
        more = f" and {len(unknown) - NAMED:,} more" if len(unknown) > NAMED else ""
        raise ConfigError(
            f"{path}: {', '.join(unknown[:NAMED])}{more}: not known; allowed: "
            f"{', '.join(SECTION_OF)}"
        )
    return {name: _values(name, value, path) for name, value in grid.items()}


def _each_once(values: dict[str, list[object]]) -> Iterator[dict[str, list[object]]]:
    """Combinations of a grid in which each value occurs; other names have their first value."""
    first = {name: choices[:1] for name, choices in values.items()}
    yield first
    for name, choices in values.items():
        yield from (first | {name: [choice]} for choice in choices[1:])


def _crossed(
    values: Mapping[str, list[object]], path: Path, resolve: Callable[[Flat], Flat]
) -> Iterator[Experiment]:
    """Every combination of the values of a grid.

    Raises:
        ConfigError: a value is not allowed.
    """
    try:
        for combination in product(*values.values()):
            yield Experiment.from_flat(resolve(dict(zip(values, combination, strict=True))))
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error


def check_buildable(experiments: Iterable[Experiment]) -> None:
    """Refuse networks whose maps become too small, in one message for all of them.

    Raises:
        ConfigError: some cannot be built; the message names them and the layer where they fail.
    """
    refused: dict[str, str] = {}
    for experiment in experiments:
        try:
            describe(experiment)
        except ConfigError as error:
            refused[_network(experiment)] = str(error)
    if not refused:
        return
    named = [f"{network}: {reason}" for network, reason in refused.items()][:NAMED]
    more = len(refused) - len(named)
    rest = [f"and {more} more"] if more else []
    raise ConfigError("cannot be built: " + "; ".join([*named, *rest]))


def _network(experiment: Experiment) -> str:
    """The network by flat names, without settings at their defaults."""
    flat, default = experiment.to_flat(), Experiment().to_flat()
    chosen = {
        name: value
        for name, value in flat.items()
        if SECTION_OF[name] in ("data", "model") and value != default[name]
    }
    shown = {"dataset": flat["dataset"], "pooling": flat["pooling"], **chosen}
    return " ".join(f"{name}={value}" for name, value in shown.items())


def _parse(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_GRID_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    if len(content) > MOST_GRID_BYTES:
        raise ConfigError(f"{path} is larger than a grid may be: {MOST_GRID_BYTES:,} bytes")
    try:
        return tomllib.loads(content.decode())
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not a text file in UTF-8") from error
    except RecursionError as error:
        raise ConfigError(f"{path} is nested too deeply for a grid") from error
    except ValueError as error:
        # also for a number with more digits than Python converts
        raise ConfigError(f"{path} is not valid TOML: {error}") from error


def _values(name: str, value: object, path: Path) -> list[object]:
    values = value if isinstance(value, list) else [value]
    if not values:
        raise ConfigError(f"{path}: {name} is an empty list; give it at least one value")
    if name == "widths" and isinstance(value, list) and not all(isinstance(v, str) for v in values):
        raise ConfigError(
            f"{path}: widths: a list is crossed, so each entry is a network of its own; write "
            f'"16,32" for one, ["16,32", "8,16"] for two; received {value!r}'
        )
    for item in values:
        if not isinstance(item, str | int | float) or isinstance(item, bool):
            raise ConfigError(
                f"{path}: {name}: a text or a number is allowed, or a list of them; "
                f"received {item!r}"
            )
    return values
