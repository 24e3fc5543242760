"""Background of a claim, next to its evidence: papers, expectations, and where else to look."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from core.catalog import PAGES, Page
from core.claims import Claim, ClaimResult, ComparedPart, Hypothesis, Kind, compared
from core.claims.leads import lead
from core.claims.papers import cited
from core.comparison import Arm
from core.config.fields import FIELDS
from core.sentences.claims import networks
from core.sentences.differences import what_else
from core.words import capitalised, inside
from pages.shared import cached, controls, frame


def draw(result: ClaimResult) -> None:
    """Draw papers, expectations, what else differs between the arms, and a page to try it on."""
    _papers(result.claim)
    with st.container(border=True, key="card expected"):
        frame.heading("What we expected, before looking")
        st.markdown(result.claim.expected)
        frame.heading("What would change our mind")
        st.markdown(result.claim.change)
    _arms(compared((*result.parts, *result.extras)))
    if result.claim.page:
        _try(*result.claim.page)


def _papers(claim: Claim) -> None:
    with st.container(border=True, key="card papers"):
        frame.heading("What the papers say")
        for finding in claim.literature:
            st.markdown(f"{cited(finding.source)}: {finding.result} :gray[({finding.certainty})]")
        if not claim.literature:
            exact = claim.kind is Kind.EXACT
            none = (
                "No paper needed: this is arithmetic." if exact else "We found no published figure."
            )
            st.markdown(f":gray[{none}]")


def _try(page: Page, parameters: Mapping[str, Any]) -> None:
    """Link to a page on which visitors can try what the claim computes; say what it shows."""
    with st.container(border=True, key="card try"):
        _link(f"Try it on {PAGES[page].title}", page, parameters)
        if page is Page.BY_HAND:
            st.caption("The operators alone, on numbers of your own.")
            return
        comparison = controls.led_to(parameters)
        keys = {experiment.key for experiment in comparison.experiments}
        absent = len(keys - cached.store().present(keys))
        st.caption(
            f"It shows {networks(comparison)}, and measures times anew."
            + (f" {absent} of its runs are missing." if absent else "")
        )


def _link(label: str, page: Page, parameters: Mapping[str, Any]) -> None:
    address = f"/{page}?{urlencode(parameters, doseq=True)}" if parameters else f"/{page}"
    st.link_button(label, address, icon=":material/open_in_new:")


def _arms(results: tuple[ComparedPart, ...]) -> None:
    """Draw what else differs between the arms, and link to a page that compares them."""
    pairs = {_pair(result.part): result for result in results if not result.part.metric.is_timed}
    if not pairs:
        return
    with st.container(border=True, key="card arms"):
        frame.heading("What else differs between the networks")
        name = frame.one_in_a_box("Networks", list(pairs), "arms")
        if len(pairs[name].chosen) > 1:
            _changes(*map(Arm, pairs[name].chosen))
        _lead(pairs[name])


def _pair(part: Hypothesis) -> str:
    return f"{' against '.join(arm.name for arm in part.arms)}, {part.where}"


def _changes(arm: Arm, control: Arm) -> None:
    """Draw the settings and the ledger's quantities that differ, as a table."""
    fields = (control.experiment.to_flat(), arm.experiment.to_flat())
    configured = [
        (inside(FIELDS[name].about.label), str(value), str(fields[1][name]))
        for name, value in fields[0].items()
        if value != fields[1][name] and name != "seed"
    ]
    counted = [(change.what, change.first, change.second) for change in what_else(control, arm)]
    columns = ("what", "reference", "network")
    rows = [dict(zip(columns, row, strict=True)) for row in (*configured, *counted)]
    if rows:
        # not a data frame, which hides its last column when texts are long
        st.table(rows, border="horizontal", hide_index=True)
    else:
        st.caption("Nothing else differs.")


def _lead(result: ComparedPart) -> None:
    """Link to the page that compares these networks; name what is different there."""
    nearest = lead(result, cached.store().present)
    if nearest is None:
        st.caption("No page gives these networks the same settings: they are compared only here.")
        return
    page = PAGES[nearest.page].title
    text = "; ".join(nearest.differences)
    if nearest.missing:
        missing = f"{nearest.missing} of its {len(nearest.comparison.experiments)} runs are missing"
        differences = f": {text}" if text else ""
        st.caption(f"{page} has no such comparison yet, {missing}{differences}.")
    elif text:
        _link(f"A similar comparison on {page}", nearest.page, nearest.parameters)
        st.caption(f"{capitalised(text)}.")
    else:
        _link(f"The same on {page}", nearest.page, nearest.parameters)
