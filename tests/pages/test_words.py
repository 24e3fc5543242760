"""Is every term explained where it first stands on a page, and are odd sentences gone?"""

import ast
from functools import cache

import pytest

from core.catalog.glossary import TERMS
from core.claims import CLAIMS
from core.settings import PROJECT
from pages.shared import words
from tests.pages.dashboard import (
    ACCURACY,
    CLAIMS_PAGE,
    COMPARING,
    COST,
    HISTORY,
    PAGES,
    opened,
    without_terms,
)

READ = {"markdown", "caption", "title", "header", "subheader", "warning", "info", "error"}


def in_order(app):
    """What a visitor reads of a page's text, from its top."""
    return [each.value for each in app.main if getattr(each, "type", "") in READ]


def unexplained(texts):
    """Terms that stand on a page before they are explained."""
    missing = []
    for term in TERMS:
        read = [(text, without_terms(text)) for text in texts]
        first = next((text for text, plain in read if term.pattern.search(plain)), None)
        if first is not None and f'"{term.sentence}"' not in first:
            missing.append((term.name, first))
    return missing


LINKED = [
    *((page, {}) for page in PAGES),
    *((CLAIMS_PAGE, {"claim": name}) for name in CLAIMS),
    # a scene line with settings, a single network, every figure of one network, a budget
    *((page, {"norm": "batch", "lr": "0.05", "dropout": ["none", "head"]}) for page in COMPARING),
    (ACCURACY, {"pooling": ["max"], "head": "gap"}),
    (COST, {"ledger": "every figure of one network", "budget_kilobytes": "1"}),
    (CLAIMS_PAGE, {"predict": "true"}),
    (CLAIMS_PAGE, {"claim": "pooling-raises-accuracy", "predict": "true"}),
    (HISTORY, {"run_dataset": ["shapes"]}),
]
"""every page, as it opens and as a link opens it, and every claim"""


def test_every_page_is_read():
    assert {*PAGES} == {page for page, _ in LINKED}


@pytest.mark.usefixtures("whole_gallery")
@pytest.mark.parametrize(("page", "link"), LINKED, ids=lambda each: str(each)[:60])
def test_no_term_stands_on_a_page_before_it_is_explained(page, link):
    app = opened(page, **{"dataset": "digits", "pooling": ["max", "average"], **link})
    assert [] == unexplained(in_order(app))


def test_the_check_sees_a_term_that_is_not_explained():
    (head, *_) = [term for term in TERMS if term.name == "head"]
    assert [("head", "With a head.")] == unexplained(["With a head.", words.mark(head, "head")])
    assert [] == unexplained([f"With a {words.mark(head, 'head')}.", "Another head."])


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.name)
def test_a_term_has_one_sentence_that_a_mark_can_hold(term):
    assert term.sentence.endswith(".")
    assert '"' not in term.sentence
    assert term.pattern.search(term.name)


def test_only_running_text_is_marked():
    words.begin.__globals__["st"].session_state.clear()
    said = words.marked("`head` :gray[head] [a head](/there) $head$")
    assert said.startswith("`head` :gray[[head](#words ")
    assert said.endswith("] [a head](/there) $head$")


ODD = (
    "is taken for",
    "what comes in",
    "comes in at the border",
    "hold as told",
    "Twenty things said",
    "as it is told",
    "Of a light line",
    "Of a dark line",
    "every circular shift leaves all as it was",
    "no part of the verdict",
    "A matter of arithmetic",
    "We have no figure from a paper",
    "rightly.",
    "arms of their own",
    "buy invariance",
    "A bar that leaves the axis goes on",
    "Nothing else that is counted",
    "Counted from the architecture, complete",
    "Complete but for these",
    "The floor drops",
    "takes the stride",
    "lying stripes",
    "standing stripes",
    "excites it",
    "Kept without weights",
    "stays what it is",
    "One block each.",
    "Polarity stored",
    "what stands behind them",
    "two of them controls",
    "independent reproduction of it",
    "their difference is undecided",
    "no other excites",
    "The same pixels go",
    "changed between the arms",
    "Learned numbers; complete",
    "Take in",
    "known before",
    "passed over: ",
    "in proportion to the work of",
    "no stored run to measure by",
    "nothing is waiting",
    "of an older recipe",
    "no run store",
    "Choose rows to",
    "that is counted",
    "belongs into",
    "is no data set here",
    "(the jump)",
    "Complete for these",
    "for one image. Complete",
    "the jump grows",
    "taken for {",
    "% sure",
    "true in part",
    "with every control of the sidebar written out",
    "Nothing of this comparison is trained yet",
    "How steady these networks are",
    "blue speaks for the class",
    "Claims have arms",
)
"""sentences, or parts of sentences, that read as translated; they must not return"""


def said_in(path):
    """The texts of a file: strings of Python without docstrings, or the whole of a script."""
    source = path.read_text("utf-8")
    if path.suffix != ".py":
        return source
    tree = ast.parse(source)
    silent = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    strings = (n for n in ast.walk(tree) if isinstance(n, ast.Constant) and id(n) not in silent)
    return "\n".join(each.value for each in strings if isinstance(each.value, str))


@cache
def texts():
    return {
        path.relative_to(PROJECT).as_posix(): " ".join(said_in(path).split())
        for folder in ("core/**/*.py", "pages/**/*.py", "assets/*.toml")
        for path in PROJECT.glob(folder)
    }


@pytest.mark.parametrize("odd", ODD)
def test_no_odd_sentence_returns(odd):
    assert [] == [name for name, said in texts().items() if odd in said]
