"""Home: what is this, which door is yours, and what does the default comparison say?"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core import figures
from core.catalog import PAGES, Page
from core.claims import CLAIMS, ClaimVerdict
from core.comparison import Arm, Results
from core.comparison.families import Pair, against, compare_facet
from core.comparison.statistics import Verdict
from core.sentences.headlines import home_headline
from core.sentences.intervals import span
from core.sentences.uncertainty import covered, fallback, only_alone
from core.words import capitalised, number_word, points
from pages.shared import cached, evidence, frame, instead, jobs, talk, words
from pages.shared.parameters import FIRST_OF_HEAD

READING = """
Each row is one strategy; its dots are mean test accuracies over the seeds, **filled** for a GAP
head and **open** for Flatten. The thin bars are 95 % intervals over training seeds, on this test
set.
"""
BADGES: dict[Verdict, tuple[str, Any, str]] = {
    Verdict.HIGHER: ("Higher", "green", ":material/arrow_upward:"),
    Verdict.LOWER: ("Lower", "red", ":material/arrow_downward:"),
    Verdict.UNDECIDED: ("Undecided", "gray", ":material/pending:"),
}
CLAIMS_SAID = {
    ClaimVerdict.SUPPORTED: "true as stated",
    ClaimVerdict.NUANCED: "true in some settings",
    ClaimVerdict.REFUTED: "false",
    ClaimVerdict.ALIKE: "no difference that matters",
    ClaimVerdict.TOO_SMALL: "true, but too small to matter",
    ClaimVerdict.UNDECIDED: "too few seeds to tell",
    ClaimVerdict.UNTESTED: "runs are missing",
}
MANY_CLAIMS = capitalised(number_word(len(CLAIMS)))
"""their number, as a sentence begins with it"""
FEW_ROWS = 5
"""rows of the figure that are lower than what stands beside them"""
MOST_UNDECIDED = 3
"""differences under one head that are undecided and have a line each; more share one"""
WHAT = "See, test and measure what pooling does in a neural network."
WHY = (
    "Small networks that differ in nothing but their pooling are trained side by side, so every "
    "difference that you see comes from the pooling."
)
DOORS = (
    (
        "See",
        "what pooling does to an image",
        "Follow one image through every layer, network beside network.",
        Page.FEATURES,
        "Look inside",
    ),
    (
        "Test",
        "a sentence you have heard",
        f"“Pooling makes a network invariant.” {MANY_CLAIMS} such claims, each with a fair test.",
        Page.CLAIMS,
        "Open the claims",
    ),
    (
        "Decide",
        "for your images",
        "What each kind of pooling costs, and what it gains: arithmetic, memory, accuracy.",
        Page.COST,
        "Weigh them up",
    ),
)
"""one for each kind of visitor: who wants to see, who wants to know, who wants to use"""
NEXT = (
    (
        "Is the difference real?",
        "Curves, seed by seed, with the smallest difference that these seeds can show.",
        Page.ACCURACY,
    ),
    (
        "Does it survive a shift?",
        "Move the image by a pixel and watch which answers stay.",
        Page.SHIFT,
    ),
    (
        "How is it computed?",
        "Every operator on a few numbers of your own: output, and where the gradient goes.",
        Page.BY_HAND,
    ),
    (
        "What is missing?",
        "Choose other strategies, heads or dropout and train them here, in seconds.",
        Page.TRAIN,
    ),
    (
        "What has been trained?",
        "Every stored run with its configuration, its result and its time.",
        Page.HISTORY,
    ),
)


def main() -> None:
    """Draw the page."""
    shown = instead.shown(evidence.results)
    results = shown.results
    answer, scene = shown.headline(home_headline(results)), frame.scene(results)
    if talk.in_scene():
        frame.top("What does pooling really do?", answer, scene)
    else:
        frame.top(WHY, (WHAT,), terms=False)
        _doors()
        st.header(words.marked(frame.written(answer)), anchor=False)
        st.markdown(words.marked(f":small[{scene}]"))
        words.line()
    instead.missing(shown)
    jobs.diverged(results.diverged)
    frame.caution(results, in_headline=True)
    _cards(results)
    _next()


def _cards(results: Results) -> None:
    """Draw the default comparison, the claims and what is bundled, side by side."""
    left, right = frame.columns((3, 2))
    few = len({(arm.pooling, arm.dropout) for arm in results.comparison.arms}) <= FEW_ROWS
    with left:
        frame.show(
            "Test accuracy, by strategy and head",
            cached.chart(figures.accuracy_by_head, results),
            "accuracy by head",
            file_name="accuracy.csv",
            reading=READING,
            untrained="This comparison",
            stretch=False,
            interval=figures.Reading.MEANS,
        )
    with (
        right,
        frame.section("differences in words"),
        st.container(border=True, key="card differences in words"),
    ):
        _differences(results)
    # a figure of few rows leaves room below it, one of many beside it
    with left if few else right, frame.section("outcomes"):
        _claims()
    with right if few else st.container(), frame.section("bundled"):
        _bundled()


@dataclass(frozen=True, slots=True)
class Group:
    """Differences from one network.

    Attributes:
        start: the words before its name.
        reference: its name, as Markdown.
        pairs: the others against it.
        full: whether the others have their head and dropout in their names.
    """

    start: str
    reference: str
    pairs: Sequence[Pair]
    full: bool = False

    def called(self, arm: Arm) -> str:
        """The name of one of the others, as Markdown."""
        return _full(arm) if self.full else frame.named(arm.pooling)


def _full(arm: Arm) -> str:
    return f"{frame.named(arm.pooling)} + {arm.head_label}"


def _groups(results: Results, reference: Arm | None) -> list[Group]:
    """The differences from one network; without one, from the first strategy under each head.

    Where there is only one strategy, the first network takes its place.
    """
    arms = results.comparison.arms
    if reference is None and len({arm.pooling for arm in arms}) == 1:
        reference = next((arm for arm in arms if results.test_accuracy(arm)), None)
    if reference:
        pairs = against(results, reference)
        return [Group("against", _full(reference), pairs, full=True)] if pairs else []
    groups = []
    for facet in results.comparison.facets:
        first, pairs = results.reference(facet), compare_facet(results, facet)
        if first and pairs:
            start = f"{facet.label}, against"
            groups.append(Group(start, frame.named(first.pooling), pairs))
    return groups


def _difference(item: Pair, group: Group) -> None:
    """Draw one difference in a line."""
    with _line(item.difference.verdict):
        st.markdown(
            f"{group.called(item.arm)} **{points(item.difference.mean)}** points "
            f"{span(item.difference)}{' :gray[only alone]' if item.only_alone else ''}"
        )


def _undecided(items: Sequence[Pair], group: Group) -> None:
    """Draw many differences that are undecided in one line, those that would be decided alone last.

    Each has its numbers on Accuracy.
    """
    alone = [group.called(item.arm) for item in items if item.only_alone]
    others = [group.called(item.arm) for item in items if not item.only_alone]
    with _line(Verdict.UNDECIDED):
        said = [", ".join(others), f"{', '.join(alone)} :gray[only alone]" if alone else ""]
        st.markdown("; ".join(filter(None, said)))


@contextmanager
def _line(verdict: Verdict) -> Iterator[None]:
    word, colour, icon = BADGES[verdict]
    with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
        st.badge(word, icon=icon, color=colour)
        yield


def _next() -> None:
    """Draw what to do next."""
    with frame.section("next"):
        st.subheader("Where next", anchor=False)
        with st.grid(3, min_column_width=210, border=True):
            for title, text, page in NEXT:
                with st.container():
                    frame.heading(title)
                    st.markdown(f":gray[{text}]")
                    _to(page, PAGES[page].title)


def _doors() -> None:
    """Draw the three ways in."""
    with st.grid(3, min_column_width=250, border=True):
        for verb, what, text, page, label in DOORS:
            with st.container(gap="xsmall"):
                frame.heading(f":primary[{verb}] {what}")
                st.markdown(f":gray[{text}]")
                _to(page, label)


def _to(page: Page, label: str) -> None:
    arrow: Any = {"icon": ":material/arrow_forward:", "icon_position": "right"}
    st.page_link(page.file, label=label, **arrow)


def _bundled() -> None:
    """Draw what can be compared at once, without any training."""
    rows = cached.bundled_sets()
    if not rows:
        return
    with st.container(border=True, key="card bundled"):
        frame.heading("Trained already")
        st.caption("These comparisons open at once; everything else trains on demand.")
        st.table(
            [
                {
                    "data set": row.dataset,
                    "strategies": str(row.strategies),
                    "heads": str(row.heads),
                    "seeds": f"up to {row.seeds}",
                    "runs": f"{row.runs:,}",
                }
                for row in rows
            ],
            border="horizontal",
            hide_index=True,
        )


def _claims() -> None:
    """Draw how many claims there are with each verdict."""
    counts = Counter(result.verdict for result in cached.claim_results().values())
    with st.container(border=True, key="card outcomes"):
        frame.heading("Claims about pooling")
        for verdict, phrase in CLAIMS_SAID.items():
            if counts[verdict]:
                with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
                    frame.badge(verdict)
                    st.markdown(f"**{counts[verdict]}** :gray[{phrase}]")
        _to(Page.CLAIMS, f"See all {MANY_CLAIMS.lower()} claims")


def _differences(results: Results) -> None:
    """Draw the paired differences in words, one row each."""
    arms = {arm.name: arm for arm in results.comparison.arms}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        frame.heading("Which differences are real?")
        frame.how_to_read("differences")
        named = FIRST_OF_HEAD
        if len(arms) > 1:
            named = frame.one_in_a_box(
                "Compare with", [FIRST_OF_HEAD, *arms], "against_of", width=220
            )
    shown: list[Pair] = []
    for group in _groups(results, arms.get(named)):
        shown += group.pairs
        st.markdown(f":gray[{group.start}] {group.reference}")
        open_ones = [p for p in group.pairs if p.difference.verdict is Verdict.UNDECIDED]
        together = len(open_ones) > MOST_UNDECIDED
        for item in group.pairs:
            if not (together and item in open_ones):
                _difference(item, group)
        if together:
            _undecided(open_ones, group)
    if not shown:
        st.caption("A comparison needs two networks with two seeds each.")
        return
    corrected = f", corrected for {len(shown)} comparisons" if len(shown) > 1 else ""
    said = (
        f"95 % intervals of the paired differences{corrected}; {covered(shown, results)}.",
        capitalised(only_alone(shown)),
        fallback(shown, results),
    )
    st.caption(" ".join(filter(None, said)))


main()
