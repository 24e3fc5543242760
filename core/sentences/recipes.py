"""In how many recipes a difference holds, and which setting decides it, in words."""

from collections.abc import Callable
from statistics import fmean

from core.comparison.recipes import Recipes, Split, setting_label
from core.comparison.until_decided import Outcome
from core.sentences.headlines import Sentence
from core.words import capitalised, inside, join, percent, points, shortest

WORDS = {
    Outcome.HIGHER: "ahead",
    Outcome.LOWER: "behind",
    Outcome.ALIKE: "alike",
    Outcome.OPEN: "undecided",
}
_VALUES: dict[str, Callable[[object], str]] = {
    "norm": lambda value: "no norm" if value == "none" else f"{value} norm",
    "train_size": lambda value: f"{value} training images",
    "epochs": lambda value: f"{value} epochs",
    "body": lambda value: f"{value} body",
}
"""setting -> a value of it in words; of the others the label comes first"""


def setting_name(name: str) -> str:
    """What a setting is called inside a sentence."""
    return inside(setting_label(name))


def in_words(name: str, value: object) -> str:
    """A value of a setting: "learning rate 0.1", "20 epochs", "no norm"."""
    if name in _VALUES:
        return _VALUES[name](value)
    number = shortest(value) if isinstance(value, float) else str(value)
    return f"{setting_name(name)} {number}"


def briefly(name: str, value: object) -> str:
    """A value where the setting is named beside it: "0.1", "20", "no norm"."""
    if name == "norm":
        return in_words(name, value)
    return shortest(value) if isinstance(value, float) else str(value)


def over_recipes(tried: Recipes) -> Sentence:
    """In how many recipes a strategy is ahead of another, behind it, alike, undecided."""
    counts = {outcome: tried.count(outcome) for outcome in WORDS}
    rest = [
        f"{WORDS[outcome]} in {counts[outcome]}"
        for outcome in (Outcome.LOWER, Outcome.ALIKE, Outcome.OPEN)
        if counts[outcome]
    ]
    last = f"; {join(rest)}." if rest else "."
    ahead, all_of = counts[Outcome.HIGHER], len(tried.each)
    if not ahead:
        none = f"In none of {all_of} recipes is "
        return (none, tried.strategy, " ahead of ", tried.reference, last)
    return (
        f"In {ahead} of {all_of} recipes ",
        tried.strategy,
        " is ahead of ",
        tried.reference,
        last,
    )


def what_decides(tried: Recipes) -> str:
    """Which setting decides, with what comes out for each of its values."""
    if not tried.splits:
        return ""
    split = tried.decides
    if split is None:
        most = tried.splits[0]
        return (
            f"No single setting decides: {setting_name(most.setting)} explains most of the "
            f"variance between the recipes, {percent(most.share)} %, but chance alone explains as "
            f"much in {percent(most.p_value)} % of shuffles."
        )
    groups = "; ".join(_group(split, value) for value in split.groups)
    return (
        f"What decides most: {setting_name(split.setting)}, with {percent(split.share)} % of the "
        f"variance between the recipes ({p_text(split.p_value)}). {capitalised(groups)}."
    )


def p_text(value: float) -> str:
    """A p-value: "p = 0.021", "p < 0.001"."""
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"  # noqa: PLR2004 (a convention)


def _group(split: Split, value: object) -> str:
    group = split.groups[value]
    ahead = sum(recipe.outcome is Outcome.HIGHER for recipe in group)
    behind = sum(recipe.outcome is Outcome.LOWER for recipe in group)
    mean = fmean(recipe.difference.mean for recipe in group)
    also = f", behind in {behind}" if behind else ""
    said = f"ahead in {ahead} of {len(group)}{also}"
    if behind and not ahead:
        said = f"behind in {behind} of {len(group)}"
    return f"with {in_words(split.setting, value)}, {said} ({points(mean)} points on average)"
