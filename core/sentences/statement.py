"""One sentence for an expert: what is ahead of what, by how much, on what evidence, how widely.

"● max is ahead of ■ average by 2.5 points [1.4, 3.6] on images like these (10 seeds, 300 images),
in 24 of 48 recipes (behind in 1); most often with 300 training images (15 of 24), least with all
training images (9 of 24)."
"""

from core.catalog import Pooling
from core.comparison import Results
from core.comparison.chance import nothing_learned
from core.comparison.families import Pair, compare_facet
from core.comparison.recipes import Recipe, Recipes
from core.comparison.statistics import Difference, Verdict
from core.comparison.until_decided import Outcome
from core.sentences.headlines import Sentence, headline_facet
from core.sentences.intervals import between
from core.sentences.recipes import in_words, setting_name
from core.words import points, size_in_points

OPPOSITE = {Outcome.HIGHER: Outcome.LOWER, Outcome.LOWER: Outcome.HIGHER}
WORDS_FROM_REFERENCE = {Outcome.HIGHER: "behind", Outcome.LOWER: "ahead"}
"""outcome of a strategy -> what its reference is"""


def main_pair(results: Results, preferred: Pooling | None = None) -> Pair | None:
    """The pair that a statement is about: of those that the headline decides, the farthest apart.

    Args:
        results: what is compared.
        preferred: the strategy of the reference, where it has runs.

    Returns:
        The only pair where one is compared; None where several are and none is decided.
    """
    facet = headline_facet(results, preferred)
    if facet is None or nothing_learned(results):
        return None
    compared = compare_facet(results, facet, preferred)
    among = [pair for pair in compared if pair.decided] if len(compared) > 1 else compared
    return max(among, key=lambda pair: abs(pair.difference.mean), default=None)


def statement(results: Results, pair: Pair, tried: Recipes | None) -> Sentence:
    """What is known of two strategies, as seen from the reference.

    Args:
        results: what is compared.
        pair: which two.
        tried: the same two in many recipes; None where none are bundled about such networks.
    """
    effect, reference, other = pair.difference, pair.reference.pooling, pair.arm.pooling
    rests = f"{between(-effect.high, -effect.low)} {_evidence(effect, results)}"
    if effect.verdict is Verdict.UNDECIDED:
        sentence: Sentence = (
            *("Undecided here: ", reference, " minus ", other),
            f" is {points(-effect.mean)} points {rests}",
        )
        return (*sentence, *_beside(reference, tried), ".")
    ahead = effect.verdict is Verdict.LOWER
    sentence = (reference, " is ", "ahead of " if ahead else "behind ", other)
    said = f" by {size_in_points(effect.mean)} points {rests}"
    # differences in recipes are of the strategy, minus the reference
    outcome = Outcome.LOWER if ahead else Outcome.HIGHER
    return (*sentence, said, _in_recipes(tried, outcome), ".")


def _evidence(effect: Difference, results: Results) -> str:
    if effect.spread:
        return f"on images like these ({effect.n} seeds, {effect.spread.images:,} images)"
    images = results.comparison.arms[0].experiment.data.entry.splits.test
    return f"on these {images:,} images ({effect.n} seeds)"


def _beside(reference: Pooling, tried: Recipes | None) -> Sentence:
    """In how many recipes it is decided what is undecided here."""
    if tried is None:
        return ()
    ahead, behind = tried.count(Outcome.LOWER), tried.count(Outcome.HIGHER)
    return (
        "; ",
        reference,
        f" is ahead in {ahead} of {len(tried.each)} recipes, behind in {behind}",
    )


def _in_recipes(tried: Recipes | None, outcome: Outcome) -> str:
    """In how many recipes it is as here, and where most of them are."""
    if tried is None:
        return ""
    against = OPPOSITE[outcome]
    otherwise = tried.count(against)
    but = f" ({WORDS_FROM_REFERENCE[against]} in {otherwise})" if otherwise else ""
    return f", in {tried.count(outcome)} of {len(tried.each)} recipes{but}{_where(tried, outcome)}"


def _where(tried: Recipes, outcome: Outcome) -> str:
    """With which values of the setting that decides it is so most and least often."""
    split = tried.decides
    if split is None:
        return ""
    shares = {
        value: _share(group, outcome) - _share(group, OPPOSITE[outcome])
        for value, group in split.groups.items()
    }
    most, least = max(shares, key=shares.__getitem__), min(shares, key=shares.__getitem__)
    if shares[most] == shares[least]:
        return f"; what decides by how much is {setting_name(split.setting)}"
    fewest, where = split.groups[least], f"with {in_words(split.setting, least)}"
    often = f"most often with {in_words(split.setting, most)} ("
    said = [f"{often}{_count(split.groups[most], outcome)})"] if shares[most] > 0 else []
    if all(recipe.outcome is Outcome.ALIKE for recipe in fewest):
        said.append(f"alike {where}")
    elif shares[least] < 0:
        against = OPPOSITE[outcome]
        said.append(f"{WORDS_FROM_REFERENCE[against]} {where} ({_count(fewest, against)})")
    else:
        said.append(f"least {where} ({_count(fewest, outcome)})")
    return f"; {', '.join(said)}"


def _share(group: tuple[Recipe, ...], outcome: Outcome) -> float:
    return sum(recipe.outcome is outcome for recipe in group) / len(group)


def _count(group: tuple[Recipe, ...], outcome: Outcome) -> str:
    return f"{sum(recipe.outcome is outcome for recipe in group)} of {len(group)}"
