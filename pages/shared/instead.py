"""What a page shows where a choice is not trained: the nearest comparison that is, named as such.

The headline, the scene line and every figure are then of the comparison that is shown; the button
trains the one that was chosen.
"""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from core.comparison import Comparison, Results
from core.comparison.nearest import Change
from core.sentences.headlines import Sentence
from core.sentences.instead import instead_headline, not_trained, shown_instead
from core.words import literal
from pages.shared import cached, controls, frame, jobs, live


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows.

    Attributes:
        chosen: of the comparison that the sidebar describes.
        results: of the comparison that is drawn: the same one, or the nearest that is stored.
        changes: in what they differ; empty where they are the same.
    """

    chosen: Results
    results: Results
    changes: tuple[Change, ...] = ()

    @property
    def of_other_images(self) -> bool:
        """Whether what is drawn was trained on another data set than the one that was chosen."""
        return any(change.name == "dataset" for change in self.changes)

    def headline(self, said: Sentence) -> Sentence:
        """A headline about what is drawn, which cannot pass for one about what was chosen."""
        return instead_headline(said) if self.changes else said


def shown(read: Callable[[Comparison], Results] = cached.results, *, grows: bool = False) -> Shown:
    """What is stored of the sidebar's comparison; if that compares nothing, the nearest that does.

    Args:
        read: the stored runs of a comparison.
        grows: whether the page shows networks while they are being trained.

    Raises:
        ConfigError: the sidebar describes no comparison.
    """
    chosen = read(controls.comparison())
    learns = grows and live.learning(chosen.comparison)
    # that a run diverged has to be said
    if not (chosen.comparable or chosen.diverged or learns):
        nearest = cached.nearest(chosen.comparison)
        if nearest and (nearest.compares or not chosen.runs):
            return Shown(chosen, read(nearest.comparison), nearest.changes)
    return Shown(chosen, chosen)


def missing(page: Shown) -> None:
    """Say what is missing of the choice and what is shown instead; offer to train or to switch."""
    if not page.changes:
        jobs.missing_runs(page.chosen)
        return
    with st.container(border=True, key="instead"):
        name(page)
        with st.container(horizontal=True, vertical_alignment="center"):
            jobs.missing_runs(page.chosen)
            st.button(
                "Choose what is shown",
                icon=":material/swap_horiz:",
                type="tertiary",
                key="choose_shown",
                on_click=controls.choose,
                args=(page.results.comparison,),
                help="Sets the sidebar to the comparison that is shown.",
            )


def name(page: Shown) -> None:
    """Say what was not trained and what is shown instead, in a line."""
    if page.changes:
        how_far = "Trained only in part" if page.chosen.runs else "Not trained yet"
        untrained = not_trained(page.chosen.comparison, page.changes, literal)
        there = shown_instead(page.changes, literal)
        said = (f"**{how_far}:** ", *untrained, ". **Shown instead:** ", *there, ".")
        st.markdown(frame.written(said))
