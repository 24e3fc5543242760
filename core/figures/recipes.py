"""In which recipes is one strategy ahead of another? A tile for each recipe."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from operator import mul

from core.comparison.recipes import Recipe, Recipes
from core.comparison.until_decided import Outcome
from core.figures.base import in_percent
from core.figures.chart import Chart
from core.figures.palette import AGAINST_CELL, HOLDS_CELL, NO_EFFECT_CELL, OPEN_CELL
from core.figures.tilemap import Tile, draw_tiles
from core.sentences.headlines import plain
from core.sentences.intervals import between
from core.sentences.recipes import (
    WORDS,
    briefly,
    in_words,
    over_recipes,
    setting_name,
    what_decides,
)
from core.words import capitalised, join, points

MOST_TILES_ACROSS = 4
"""a phone has room for no more"""
MARKS = {Outcome.HIGHER: "▲", Outcome.LOWER: "▼", Outcome.ALIKE: "=", Outcome.OPEN: "≈"}
OUTCOME_CELLS = {
    Outcome.HIGHER: HOLDS_CELL,
    Outcome.LOWER: AGAINST_CELL,
    Outcome.ALIKE: NO_EFFECT_CELL,
    Outcome.OPEN: OPEN_CELL,
}


@dataclass(frozen=True, slots=True)
class RecipeRow:
    """One recipe, as table and CSV; differences in points."""

    recipe: str
    pooling: str
    reference: str
    difference_points: float
    low_points: float
    high_points: float
    outcome: str
    pairs: int


def recipe_map(tried: Recipes) -> Chart:
    """What is decided about two strategies in every recipe.

    The columns are the settings that explain most of the differences, as many as there is room for;
    the others are the rows.
    """
    across, down = _axes(tried)
    each = _in_order(tried)
    over = "seeds and test images" if any(r.difference.spread for r in each) else "seeds"
    return Chart(
        rows=recipe_rows(tried),
        alt=" ".join(filter(None, [plain(over_recipes(tried)), what_decides(tried)])),
        caption=(
            f"Mean points ahead of {tried.reference}: {_legend(tried)}. Each recipe by itself: "
            f"95 % intervals over {over}. Columns: "
            f"{join([setting_name(name) for name in across])}. Rows: "
            f"{join([setting_name(name) for name in down])}."
        ),
        draw=partial(draw_tiles, [_tile(recipe, across, down) for recipe in each]),
    )


def _legend(tried: Recipes) -> str:
    """What the marks mean that there are."""
    return ", ".join(f"{MARKS[each]} {WORDS[each]}" for each in WORDS if tried.count(each))


def recipe_rows(tried: Recipes) -> list[RecipeRow]:
    """What is decided in every recipe, as rows."""
    return [_row(recipe) for recipe in _in_order(tried)]


def _in_order(tried: Recipes) -> list[Recipe]:
    across, down = _axes(tried)
    return sorted(tried.each, key=partial(_place, tried, [*down, *across]))


def _axes(tried: Recipes) -> tuple[Sequence[str], Sequence[str]]:
    """The settings of the columns and of the rows."""
    names = [split.setting for split in tried.splits]
    widths = list(accumulate((len(split.groups) for split in tried.splits), mul))
    count = max(1, sum(width <= MOST_TILES_ACROSS for width in widths))
    return names[:count], names[count:]


def _place(tried: Recipes, names: Sequence[str], recipe: Recipe) -> tuple[int, ...]:
    """Where a recipe stands: its values in the order of the recipes that were asked for."""
    orders = {split.setting: list(split.groups) for split in tried.splits}
    return tuple(orders[name].index(recipe.settings[name]) for name in names)


def _row(recipe: Recipe) -> RecipeRow:
    effect = recipe.difference
    return RecipeRow(
        recipe=", ".join(in_words(name, value) for name, value in recipe.settings.items()),
        pooling=str(recipe.arm.pooling),
        reference=str(recipe.reference.pooling),
        difference_points=in_percent(effect.mean),
        low_points=in_percent(effect.low),
        high_points=in_percent(effect.high),
        outcome=WORDS[recipe.outcome],
        pairs=effect.n,
    )


def _tile(recipe: Recipe, across: Sequence[str], down: Sequence[str]) -> Tile:
    effect, said = recipe.difference, recipe.settings
    return Tile(
        row=tuple(briefly(name, said[name]) for name in down),
        column=tuple(briefly(name, said[name]) for name in across),
        words=f"{MARKS[recipe.outcome]} {points(effect.mean)}",
        hover=f"{capitalised(WORDS[recipe.outcome])}: {points(effect.mean)} points "
        f"{between(effect.low, effect.high)}",
        colours=OUTCOME_CELLS[recipe.outcome],
    )
