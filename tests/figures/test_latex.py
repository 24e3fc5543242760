"""Is a table as LaTeX what it was, whatever its texts say?"""

import re

import pytest
from hypothesis import given, settings

from core.figures.latex import ESCAPES, escaped, latex_table
from core.words import in_one_line, literal, unmarked
from tests.strangers import PACKS, TEXTS
from tests.test_generated import EVIL, NAMES

BACK = sorted(((text, chr(sign)) for sign, text in ESCAPES.items()), key=lambda each: -len(each[0]))


def printed(latex):
    """What LaTeX prints: the signs behind the commands; anything else that is special fails."""
    text, rest = "", latex
    while rest:
        for command, sign in BACK:
            if rest.startswith(command):
                text, rest = text + sign, rest[len(command) :]
                break
        else:
            assert rest[0] not in "\\{}$&%#_~^", latex
            text, rest = text + rest[0], rest[1:]
    return text


@settings(max_examples=200)
@given(NAMES)
def test_no_name_becomes_a_command(name):
    assert in_one_line(name) == printed(escaped(name))


@pytest.mark.parametrize("name", [*EVIL, *PACKS, *TEXTS])
def test_no_text_of_a_stranger_becomes_a_row_a_column_or_a_comment(name):
    rows = [{"a": name, "b": 1}, {"a": "plain", "b": None}]
    text = latex_table(rows, {"a": name, "b": "b"}, name)
    plain = latex_table([{"a": "x", "b": 1}, rows[1]], {"a": "x", "b": "b"}, "x")
    assert plain.count("\n") == text.count("\n")
    assert plain.count(r" \\") == text.count(r" \\")
    for line in text.splitlines():
        assert ("%" in line.replace(r"\%", "")) is line.startswith("%")
        columns = re.split(r"(?<!\\)&", line)
        assert len(columns) == (2 if line.endswith(r"\\") else 1)


def test_two_signs_do_not_become_one():
    assert "-{}-{}" == escaped("--")
    assert "--" == printed(escaped("--"))


def test_numbers_stand_to_the_right_and_nothing_is_a_dash():
    rows = [{"n": -1.5, "name": "a", "is": True}, {"n": None, "name": "b", "is": False}]
    text = latex_table(rows, {"n": "n", "name": "name", "is": "is"}, "A table")
    assert r"\begin{tabular}{rll}" in text
    assert r"$-1.5$ & a & yes \\" in text
    assert r"\textendash{} & b & no \\" in text
    for rule in ("toprule", "midrule", "bottomrule"):
        assert 1 == text.count(rf"\{rule}")
    assert r"\caption{A table}" in text


@settings(max_examples=200)
@given(NAMES)
def test_markdown_becomes_the_text_that_was_written(name):
    assert in_one_line(name) == unmarked(literal(name))
    assert in_one_line(f"a {name}") == unmarked(f":gray[a {literal(name)}]")


def test_marks_of_a_page_are_left_out():
    glyph = ':color[●]{foreground="#1D5AB4"}'
    line = f':gray[digits] {glyph} max · [seeds](#words "What a seed is") **b**'
    assert "digits ● max · seeds b" == unmarked(line)
