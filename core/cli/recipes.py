"""`recipes`: in how many recipes is one strategy ahead of another, in the runs that are stored?"""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from core import settings
from core.catalog import Pooling
from core.cli.app import Json, app, open_store
from core.cli.compare import results_of
from core.cli.flags import default_text
from core.cli.report import document, facts, say, table
from core.comparison import Chance, Comparison
from core.comparison.grids import read_grid
from core.comparison.recipes import LEAST_RECIPES, Recipes, recipes
from core.comparison.until_decided import SMALLEST_EFFECT, Outcome
from core.config.fields import FIELDS
from core.errors import ConfigError
from core.figures.recipes import RecipeRow, recipe_rows
from core.pictures import with_folder
from core.sentences.headlines import plain
from core.sentences.intervals import between
from core.sentences.recipes import over_recipes, p_text, setting_name, what_decides
from core.settings import recipe_grid, recipe_sets
from core.words import join, percent, points

RECIPE_COLUMNS = ("recipe", "points", "95 % interval", "outcome", "seeds")


def _dataset_help() -> str:
    return (
        f"Whose bundled recipes: {join(recipe_sets())}; default {default_text(FIELDS['dataset'])}."
    )


@app.command("recipes")
def in_recipes(
    strategy: Annotated[Pooling, typer.Argument(help="What is compared.")],
    reference: Annotated[Pooling, typer.Argument(help="What it is compared with.")],
    grid: Annotated[
        Path | None,
        typer.Option(
            "--grid",
            help="Grid file of the recipes, as `sweep` trains them; default the bundled ones.",
        ),
    ] = None,
    dataset: Annotated[
        str | None, typer.Option("--dataset", metavar="<value>", help=_dataset_help())
    ] = None,
    chance: Annotated[
        Chance, typer.Option("--chance", help="What intervals cover.")
    ] = Chance.SEEDS_AND_IMAGES,
    smallest: Annotated[
        float,
        typer.Option("--smallest", min=0.0, help="The smallest difference that matters, points."),
    ] = 100 * SMALLEST_EFFECT,
    as_json: Json = False,
) -> None:
    """Say in how many recipes one strategy is ahead of another. Trains nothing."""
    file = _file(grid, dataset)
    compared = _compared(file, (strategy, reference))
    results = results_of(open_store(), compared, chance)
    tried = recipes(results, strategy, reference, smallest / 100)
    if tried is None:
        raise ConfigError(
            f"{LEAST_RECIPES} recipes are needed in which {strategy} and {reference} have two runs "
            f"each; `poolscope sweep {file}` trains what is missing"
        )
    if as_json:
        document(_document(tried))
        return
    _print(tried)
    if missing := len(results.missing):
        total = len(compared.experiments)
        say(f"{missing} of {total} runs missing; `poolscope sweep {file}` trains them")


def _file(grid: Path | None, dataset: str | None) -> Path:
    """The grid file that was named, or that of the bundled recipes."""
    if grid is not None:
        if dataset is not None:
            raise ConfigError(
                "--dataset is for bundled recipes; a grid file names its own data set"
            )
        return grid
    wanted = dataset or settings.load().dataset
    if wanted not in recipe_sets():
        raise ConfigError(
            f"no recipes are bundled for {wanted}; name one of {join(recipe_sets())} with "
            "--dataset, or a grid file with --grid"
        )
    return recipe_grid(wanted)


def _compared(file: Path, strategies: Sequence[Pooling]) -> Comparison:
    """The networks of a grid file that have these strategies."""
    asked = read_grid(file, with_folder)
    arms = [each for each in asked if each.model.pooling in strategies]
    return Comparison.of(arms, sorted({each.seed for each in asked}))


def _print(tried: Recipes) -> None:
    rows = [_row(row) for row in recipe_rows(tried)]
    table(RECIPE_COLUMNS, rows, numbers=RECIPE_COLUMNS[1:2])
    print()  # noqa: T201 (a command line prints)
    facts(
        {
            f"{setting_name(split.setting)} explains": _explained(split.share, split.p_value)
            for split in tried.splits
        }
    )
    for sentence in (plain(over_recipes(tried)), what_decides(tried)):
        say(sentence)


def _row(row: RecipeRow) -> list[object]:
    interval = between(row.low_points / 100, row.high_points / 100)
    return [row.recipe, points(row.difference_points / 100), interval, row.outcome, row.pairs]


def _explained(share: float, p_value: float) -> str:
    return f"{percent(share)} % of the variance ({p_text(p_value)})"


def _document(tried: Recipes) -> dict[str, object]:
    return {
        "pooling": str(tried.strategy),
        "reference": str(tried.reference),
        "smallest_points": 100 * tried.smallest,
        "recipes": [asdict(row) for row in recipe_rows(tried)],
        "counts": {str(outcome): tried.count(outcome) for outcome in Outcome},
        "splits": [
            {"setting": split.setting, "share": split.share, "p_value": split.p_value}
            for split in tried.splits
        ],
        "decides": tried.decides.setting if tried.decides else None,
        "sentence": plain(over_recipes(tried)),
    }
