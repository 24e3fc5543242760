"""Terms of the trade explained where they first stand: a mark with one sentence.

A mark is a link with a title: the pointer shows the sentence. The button *Words* lists all of them,
and a press on a mark, by a finger or a key, opens the list at its sentence.
"""

import re
from pathlib import Path

import streamlit as st

from core.catalog import Page
from core.catalog.glossary import TERMS, Term, terms_of
from pages.shared import talk

ANCHOR = "#words"
PRESSED = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
_KEY = "words_pressed"
DOTS = f"""
<style>
a[href="{ANCHOR}"], a[href="{ANCHOR}"]:visited {{
  color: inherit; text-decoration: underline dotted; text-underline-offset: 0.2em; cursor: help;
}}
.st-key-words_line {{ row-gap: 0; }}
/* on a telephone the button alone: it opens the same list, and four lines of terms push down the
   first card */
@media (max-width: 640px) {{
  .st-key-words_line > :has(> [data-testid="stMarkdown"]),
  .st-key-words_line > [data-testid="stMarkdown"] {{ display: none; }}
}}
.st-key-{_KEY} {{ display: none; }}
</style>
"""
"""text stays in ink, as everywhere: the dots are the mark"""
_PROTECTED = re.compile(r"`[^`]*`|\[[^\]]*\]\([^)]*\)|\{[^}]*\}|:[a-z/_-]+:|:[a-z-]+\[|\$[^$]*\$")
"""Markdown that is no running text: code, links, attributes, icons, directives, formulas"""
_EXPLAINED, _PAGE = "words_explained", "words_page"


def begin(page: Page) -> None:
    """Forget what was explained; call it once in every run, before anything is drawn."""
    again()
    st.session_state[_PAGE] = page
    st.html(DOTS)


def again() -> None:
    """Forget what was explained; call it where the top of a page is drawn again by itself."""
    st.session_state[_EXPLAINED] = []


def marked(text: str) -> str:
    """Markdown with a mark on each term that has not been explained on this page yet."""
    if talk.active():
        return text
    explained: list[Term] = st.session_state.setdefault(_EXPLAINED, [])
    for term in TERMS:
        if term not in explained and (place := _first(term, text)):
            start, end = place
            text = f"{text[:start]}{mark(term, text[start:end])}{text[end:]}"
            explained.append(term)
    return text


def mark(term: Term, text: str) -> str:
    """A term with its sentence, as Markdown."""
    return f'[{text}]({ANCHOR} "{term.sentence}")'


def _first(term: Term, text: str) -> tuple[int, int] | None:
    """Where a term first stands in running text."""
    hidden = _PROTECTED.sub(lambda found: " " * len(found[0]), text)
    match = term.pattern.search(hidden)
    return match.span() if match else None


def line() -> None:
    """Draw the terms that the rest of the page uses, and the list of all that it explains."""
    if talk.active():
        return
    explained: list[Term] = st.session_state.setdefault(_EXPLAINED, [])
    others = terms_of(st.session_state.get(_PAGE, Page.HOME), explained)
    explained += others
    if not explained:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="words_line"):
        if others:
            names = " · ".join(mark(term, term.name) for term in others)
            st.markdown(f":small[:gray[Also used here: {names}]]", width="content")
        with st.popover("Words", icon=":material/menu_book:", type="tertiary"):
            st.markdown("\n\n".join(f"**{term.name}** {term.sentence}" for term in explained))
    st.components.v2.component("words", js=PRESSED)(key=_KEY)
