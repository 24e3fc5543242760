"""Does every strategy look as designed, unlike all others, and clear on both pages?"""

import re
from collections import Counter

import pytest

from core.catalog import Pooling
from core.figures import palette
from core.figures.palette import (
    CHART_TEXT_LIGHT,
    DIVERGING,
    PAGE_DARK,
    PAGE_LIGHT,
    SEQUENTIAL,
    STYLES,
    UNREAD_CELL,
    colour,
    fill,
    style,
    text_on,
)

# light, dark, dash, marker, glyph
CODES = {
    "max": ("#1D5AB4", "#6FA0FF", "solid", "circle", "●"),
    "lse": ("#1D5AB4", "#6FA0FF", "dash", "circle-open", "○"),
    "min": ("#1D5AB4", "#6FA0FF", "dot", "circle-open-dot", "◉"),
    "rank": ("#1D5AB4", "#6FA0FF", "longdash", "circle-cross", "⊕"),
    "average": ("#BF8200", "#F9A424", "solid", "square", "■"),
    "median": ("#BF8200", "#F9A424", "dash", "square-open", "□"),
    "lp": ("#BF8200", "#F9A424", "dot", "square-open-dot", "▣"),
    "detail": ("#BF8200", "#F9A424", "longdash", "square-cross", "⊞"),
    "none": ("#4A5459", "#DDE2E4", "dot", "x", "✕"),
    "soft": ("#4E92C4", "#64DBF9", "solid", "triangle-down", "▼"),
    "stochastic": ("#5C4B00", "#F5EA9C", "solid", "diamond", "◆"),
    "fractional-max": ("#5C4B00", "#F5EA9C", "dash", "diamond-open", "◇"),
    "mixed": ("#493A78", "#9168CC", "solid", "hexagon", "⬢"),
    "gated": ("#493A78", "#9168CC", "dash", "hexagon-open", "⬡"),
    "gem": ("#493A78", "#9168CC", "dot", "pentagon", "⬟"),
    "lip": ("#493A78", "#9168CC", "dashdot", "pentagon-open", "⬠"),
    "blur-max": ("#06644D", "#5FA37A", "solid", "triangle-up", "▲"),
    "blur-average": ("#06644D", "#5FA37A", "dash", "triangle-up-open", "△"),
    "aps": ("#06644D", "#5FA37A", "dot", "triangle-up-open-dot", "◬"),
    "strided": ("#C54B30", "#EA5F38", "solid", "cross", "✚"),
    "conv": ("#9E5687", "#C993BC", "solid", "star", "★"),
    "conv-max": ("#9E5687", "#C993BC", "dash", "star-open", "☆"),
    "patch": ("#9E5687", "#C993BC", "dot", "star-diamond", "✦"),
    "subsample": ("#4A5459", "#DDE2E4", "dash", "cross-thin-open", "+"),
    "top-k": ("#1D5AB4", "#6FA0FF", "dashdot", "circle-x", "⊗"),
    "tree": ("#493A78", "#9168CC", "longdash", "hexagon2", "⬣"),
    "learned-lse": ("#493A78", "#9168CC", "longdashdot", "bowtie", "⋈"),
    "adapool": ("#4E92C4", "#64DBF9", "dash", "triangle-down-open", "▽"),
    "blur-strided": ("#06644D", "#5FA37A", "longdash", "triangle-right", "▶"),
    "spectral": ("#06644D", "#5FA37A", "dashdot", "triangle-left", "◀"),
    "flc": ("#06644D", "#5FA37A", "longdashdot", "triangle-left-open", "◁"),
    "lps": ("#06644D", "#5FA37A", "12px,3px,3px,3px,3px,3px", "triangle-right-open", "▷"),
}
HEADLINE = {"max", "average", "none", "soft", "stochastic", "blur-max", "strided", "conv"}


def luminance(code):
    """Relative luminance of sRGB, WCAG 2."""
    channels = (int(code[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first, second):
    """Contrast ratio, WCAG 2."""
    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_as_wcag_does():
    assert 21 == pytest.approx(contrast("#000000", "#FFFFFF"))
    assert 4.48 == round(contrast("#777777", "#FFFFFF"), 2)


def test_every_strategy_has_a_style():
    assert set(Pooling) == set(STYLES)


@pytest.mark.parametrize("pooling", Pooling)
def test_a_strategy_keeps_its_code(pooling):
    found = style(pooling)
    assert CODES[pooling] == (found.light, found.dark, found.dash, found.marker, found.glyph)
    assert (found.light, found.dark) == (colour(pooling, dark=False), colour(pooling, dark=True))


@pytest.mark.parametrize("pooling", Pooling)
def test_headline_strategies_have_heavier_lines_and_filled_markers(pooling):
    found = style(pooling)
    assert (pooling in HEADLINE) == found.headline
    assert (2.5 if found.headline else 1.75) == found.width
    assert not (found.headline and "open" in found.marker)


@pytest.mark.parametrize("part", ["marker", "glyph"])
def test_no_two_strategies_share(part):
    counts = Counter(getattr(found, part) for found in STYLES.values())
    assert set(counts.values()) == {1}


def test_no_two_strategies_of_one_colour_share_a_line():
    counts = Counter((found.light, found.dash) for found in STYLES.values())
    assert set(counts.values()) == {1}


@pytest.mark.parametrize("pooling", Pooling)
def test_every_colour_stands_out_from_both_pages(pooling):
    assert re.fullmatch(r"#[0-9A-F]{6}", colour(pooling, dark=False))
    assert round(contrast(colour(pooling, dark=False), PAGE_LIGHT), 2) >= 3.28
    assert round(contrast(colour(pooling, dark=True), PAGE_DARK), 2) >= 4.26


def test_the_pages_are_those_of_the_theme():
    assert ("#FFFFFF", "#14191C") == (PAGE_LIGHT, PAGE_DARK)


def test_chart_text_can_be_read_on_a_light_page():
    assert contrast(CHART_TEXT_LIGHT, PAGE_LIGHT) >= 4.5


SCALES = [*SEQUENTIAL, *DIVERGING]


@pytest.mark.parametrize("scale", SCALES)
def test_text_can_be_read_on_every_fill_of_a_scale(scale):
    least = min(
        contrast(text_on(fill(scale, step / 1000)), fill(scale, step / 1000))
        for step in range(1001)
    )
    assert least >= 4.5


def test_text_can_be_read_on_every_grey_and_on_what_is_not_read():
    greys = [f"#{value:02X}{value:02X}{value:02X}" for value in range(256)]
    assert min(contrast(text_on(each), each) for each in [*greys, *UNREAD_CELL]) >= 4.5


@pytest.mark.parametrize("scale", SCALES)
def test_fills_begin_and_end_with_the_colours_of_the_scale(scale):
    last = len(scale) - 1
    assert list(scale) == [fill(scale, place / last) for place in range(last + 1)]
    assert (scale[0], scale[-1]) == (fill(scale, -1), fill(scale, 2))


def test_contrast_of_the_palette_is_that_of_wcag():
    for first, second in (("#000000", "#FFFFFF"), ("#777777", "#FFFFFF"), ("#A9C6FF", "#E6EBED")):
        assert pytest.approx(contrast(first, second)) == palette.contrast(first, second)
