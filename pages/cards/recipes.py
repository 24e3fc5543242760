"""In how many recipes does it hold? Two strategies in every recipe that is bundled."""

from collections.abc import Sequence
from functools import lru_cache

import streamlit as st

from core import figures
from core.catalog import DropoutPosition, Pooling
from core.claims import ComparedPart, Metric
from core.comparison import Arm, Chance, Comparison, Results
from core.comparison.families import Pair
from core.comparison.grids import read_grid
from core.comparison.recipes import Recipes, recipes
from core.sentences.recipes import over_recipes, what_decides
from core.settings import recipe_grid
from core.store import Stamp
from pages.shared import cached, evidence, frame

RECIPES_TITLE = "In how many recipes does it hold?"
RECIPES_HELP = """
A recipe is how a network is built and trained: its learning rate, training images, normalisation
and so on. Each tile is one recipe, in which both strategies were trained with five seeds; its
colour says which is ahead, its number by how many points. Every recipe stands by itself: of those
in which nothing differs, about one in twenty is called ahead or behind by chance.

What decides is the setting that explains most of the variance between the tiles (eta squared). It
is named only if so large a share is rare (p below 0.05) when the tiles are shuffled, corrected for
looking at every setting. `poolscope recipes` does the same for a grid of your own.
"""
Stored = frozenset[tuple[str, str, float | None]]
"""key, time and test accuracy of runs"""


def card(results: Results, compare_with: Pooling | None) -> None:
    """Draw in which recipes a strategy is ahead of the reference, where recipes are bundled."""
    facet = results.comparison.facets[0]
    reference = results.reference(facet, compare_with)
    compared = _bundled(_dataset(facet.arms[0]))
    if reference is None or compared is None or not _fits(reference, compared):
        return
    there = {arm.pooling for arm in compared.arms}
    names = [str(a.pooling) for a in facet.arms if a != reference and a.pooling in there]
    if not names:
        return
    with frame.card(RECIPES_TITLE, "recipes", reading=RECIPES_HELP) as head:
        if st.session_state.get("recipes_of") not in {None, *names}:
            # a strategy that is no longer shown would stay in the link
            st.session_state["recipes_of"] = names[0]
        chosen = st.selectbox("Strategy", names, key="recipes_of", bind="query-params", width=190)
        tried = _tried(reference, Pooling(chosen or names[0]))
        if tried:
            _fill(head, tried)
        else:
            st.caption("The runs of these recipes are not stored.")


def beside_claim(parts: Sequence[ComparedPart]) -> None:
    """Draw in which recipes the first part holds that the bundled recipes are about, if any."""
    for part in parts:
        arms = [Arm(each) for each in part.chosen]
        several = len({arm.pooling for arm in arms}) >= evidence.COMPARED
        if not several or part.part.metric is not Metric.TEST_ACCURACY:
            continue
        arm, reference = arms
        if not _about(arm, reference):
            continue
        if tried := _tried(reference, arm.pooling):
            with frame.card(RECIPES_TITLE, "recipes", reading=RECIPES_HELP) as head:
                said = part.part.says.removesuffix(".")
                st.caption(f"“{said}”, with one recipe for both networks, not the best of each.")
                _fill(head, tried)
        return


def of_pair(pair: Pair | None) -> Recipes | None:
    """In which bundled recipes the strategies of a pair were compared; None if in none."""
    if pair is None or not _about(pair.arm, pair.reference):
        return None
    return _tried(pair.reference, pair.arm.pooling)


def _about(*arms: Arm) -> bool:
    """Whether recipes are bundled that are about networks like these."""
    compared = _bundled(_dataset(arms[0]))
    return compared is not None and all(_fits(arm, compared) for arm in arms)


def _tried(reference: Arm, strategy: Pooling) -> Recipes | None:
    covers = evidence.chance()
    labels = b"" if covers is Chance.SEEDS else evidence.kept(reference.experiment.data)
    dataset = _dataset(reference)
    there = _stored(dataset, cached.store().stamp)
    return _recipes(dataset, there, covers, labels, (strategy, reference.pooling))


def _dataset(arm: Arm) -> str:
    return str(arm.experiment.data.dataset)


def _fill(head: frame.Head, tried: Recipes) -> None:
    st.markdown(frame.written(over_recipes(tried)))
    st.markdown(what_decides(tried))
    chart = cached.chart(figures.recipe_map, tried)
    frame.fill(head, chart, "recipes map", file_name="recipes.csv")


@st.cache_resource(max_entries=8)
def _bundled(dataset: str) -> Comparison | None:
    """The recipes that are bundled for a data set; None if there are none."""
    file = recipe_grid(dataset)
    if not file.is_file():
        return None
    asked = read_grid(file)
    return Comparison.of(asked, sorted({each.seed for each in asked}))


def _fits(reference: Arm, compared: Comparison) -> bool:
    """Whether the recipes are about networks like the one that is shown."""
    heads = {arm.head for arm in compared.arms}
    poolings = {arm.pooling for arm in compared.arms}
    plain = reference.dropout is DropoutPosition.NONE
    return plain and reference.head in heads and reference.pooling in poolings


@st.cache_resource(max_entries=8)
def _stored(dataset: str, stamp: tuple[Stamp, ...]) -> Stored:  # noqa: ARG001
    """The runs of the recipes that are stored, as far as they tell one bundle from another."""
    compared = _bundled(dataset)
    keys = {each.key for each in compared.experiments} if compared else set()
    rows = (row for row in cached.summaries() if row.key in keys)
    return frozenset((row.key, row.created, row.test_accuracy) for row in rows)


# by the runs it is made of, not by the stamp of the store: other runs that end change nothing, and
# hundreds are read again
@lru_cache(maxsize=32)
def _recipes(
    dataset: str, there: Stored, covers: Chance, labels: bytes, pair: tuple[Pooling, Pooling]
) -> Recipes | None:
    compared = _bundled(dataset)
    if compared is None or not there:
        return None
    return recipes(cached.compared(compared, covers, labels), *pair)
