"""One colour, dash, marker and glyph per strategy, by name, in every figure.

The hue identifies the family, the marker the strategy. Contrast with the page is at least 3.28 in
light and 4.26 in dark; the tests compute it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.catalog import Pooling

PAGE_LIGHT, PAGE_DARK = "#FFFFFF", "#14191C"
CHART_TEXT_LIGHT = "#566268"
"""replaces Streamlit's chart text, whose contrast is too low on light pages only"""
PAGE = (PAGE_LIGHT, PAGE_DARK)
"""here and below, a pair is for light and dark pages"""
INK = ("#12191C", "#E6EBED")
"""main text"""
REMARK_TEXT = (CHART_TEXT_LIGHT, "#B4BFC3")
"""zones, zero lines and remarks"""
GRID_LINE = ("#E3E8EA", "#2B353A")
LAYER = ("#8A989E", "#66757B")
"""bars of layers other than pools"""
ACCENT = ("#17607A", "#5BB0C8")
"""outlines on an image"""
GREYS = tuple(zip(PAGE, INK, strict=True))
"""scales of grey images"""
DOT = ("#B8402A", "#EF7E63")
"""marks on single cells of a map"""
CROSS = ("#A0AAAF", "#5A6970")
"""crosses on maps that are zero everywhere, and frames of pictures"""
QUIET = "#94A1A6"
"""curves without a name"""
SEQUENTIAL = (
    ("#F3F7F8", "#C2DAE1", "#7FB0BF", "#3F8095", "#145066", "#06384B"),
    ("#1A2327", "#134656", "#1F7087", "#519FB6", "#A5D0DD", "#D6EBF1"),
)
DIVERGING = (
    ("#8A2F1B", "#D67F69", "#F5F5F5", "#6F9DCF", "#1B4F98"),
    ("#F5A08B", "#B9573F", "#20282C", "#4A76C2", "#A9C6FF"),
)
"""scales for amounts and signed amounts: maps, matrices, grids"""
HOLDS_CELL = (("#E4F4EE", "#075C41"), ("#12312A", "#79D5B3"))
AGAINST_CELL = (("#FBECE8", "#9C3220"), ("#3B2019", "#F5A08B"))
NO_EFFECT_CELL = (("#E8F0FB", "#1B4F98"), ("#1A2A45", "#9ABCFF"))
OPEN_CELL = (("#EEF1F2", "#505B60"), ("#273035", "#B4BFC3"))
"""cells of a map of parts, in the colours of the badges: fill and text, light and dark"""
UNREAD_CELL = ("#D3DADD", "#3B474D")
"""cells of a grid that no window reads"""
REPORT_QUIET, REPORT_LINE, REPORT_CODE = "#5B676C", "#DCE2E4", "#F4F6F6"
"""remarks, lines of tables and blocks of code in a report, which is always light"""
BLACK_TEXT, WHITE_TEXT = "#000000", "#FFFFFF"


@dataclass(frozen=True, slots=True)
class Style:
    """How a strategy is drawn.

    Attributes:
        light: its colour on a light page.
        dark: its colour on a dark page.
        dash: Plotly's name of the line.
        marker: Plotly's name of the marker.
        glyph: the marker as a character, for text.
        headline: whether it is a headline strategy, with a filled marker and a heavier line.
    """

    light: str
    dark: str
    dash: str
    marker: str
    glyph: str
    headline: bool = False

    @property
    def width(self) -> float:
        """Width of its line, px."""
        return 2.5 if self.headline else 1.75

    @property
    def solid_marker(self) -> str:
        """Plotly's name of the marker, filled and without a dot."""
        return self.marker.removesuffix("-dot").removesuffix("-open")


BLUE = ("#1D5AB4", "#6FA0FF")
ORANGE = ("#BF8200", "#F9A424")
SLATE = ("#4A5459", "#DDE2E4")
SKY = ("#4E92C4", "#64DBF9")
OCHRE = ("#5C4B00", "#F5EA9C")
VIOLET = ("#493A78", "#9168CC")
GREEN = ("#06644D", "#5FA37A")
RED = ("#C54B30", "#EA5F38")
MAUVE = ("#9E5687", "#C993BC")

STYLES: dict[Pooling, Style] = {
    Pooling.MAX: Style(*BLUE, "solid", "circle", "●", headline=True),
    Pooling.LSE: Style(*BLUE, "dash", "circle-open", "○"),
    Pooling.MIN: Style(*BLUE, "dot", "circle-open-dot", "◉"),
    Pooling.RANK: Style(*BLUE, "longdash", "circle-cross", "⊕"),
    Pooling.AVERAGE: Style(*ORANGE, "solid", "square", "■", headline=True),
    Pooling.MEDIAN: Style(*ORANGE, "dash", "square-open", "□"),
    Pooling.LP: Style(*ORANGE, "dot", "square-open-dot", "▣"),
    Pooling.DETAIL: Style(*ORANGE, "longdash", "square-cross", "⊞"),
    Pooling.NONE: Style(*SLATE, "dot", "x", "✕", headline=True),
    Pooling.SOFT: Style(*SKY, "solid", "triangle-down", "▼", headline=True),
    Pooling.STOCHASTIC: Style(*OCHRE, "solid", "diamond", "◆", headline=True),
    Pooling.FRACTIONAL_MAX: Style(*OCHRE, "dash", "diamond-open", "◇"),
    Pooling.MIXED: Style(*VIOLET, "solid", "hexagon", "⬢"),
    Pooling.GATED: Style(*VIOLET, "dash", "hexagon-open", "⬡"),
    Pooling.GEM: Style(*VIOLET, "dot", "pentagon", "⬟"),
    Pooling.LIP: Style(*VIOLET, "dashdot", "pentagon-open", "⬠"),
    Pooling.BLUR_MAX: Style(*GREEN, "solid", "triangle-up", "▲", headline=True),
    Pooling.BLUR_AVERAGE: Style(*GREEN, "dash", "triangle-up-open", "△"),
    Pooling.APS: Style(*GREEN, "dot", "triangle-up-open-dot", "◬"),
    Pooling.STRIDED: Style(*RED, "solid", "cross", "✚", headline=True),
    Pooling.CONV: Style(*MAUVE, "solid", "star", "★", headline=True),
    Pooling.CONV_MAX: Style(*MAUVE, "dash", "star-open", "☆"),
    Pooling.PATCH: Style(*MAUVE, "dot", "star-diamond", "✦"),
    Pooling.SUBSAMPLE: Style(*SLATE, "dash", "cross-thin-open", "+"),
    Pooling.TOP_K: Style(*BLUE, "dashdot", "circle-x", "⊗"),
    Pooling.TREE: Style(*VIOLET, "longdash", "hexagon2", "⬣"),
    Pooling.LEARNED_LSE: Style(*VIOLET, "longdashdot", "bowtie", "⋈"),
    Pooling.ADAPOOL: Style(*SKY, "dash", "triangle-down-open", "▽"),
    Pooling.BLUR_STRIDED: Style(*GREEN, "longdash", "triangle-right", "▶"),
    Pooling.SPECTRAL: Style(*GREEN, "dashdot", "triangle-left", "◀"),
    Pooling.FLC: Style(*GREEN, "longdashdot", "triangle-left-open", "◁"),
    Pooling.LPS: Style(*GREEN, "12px,3px,3px,3px,3px,3px", "triangle-right-open", "▷"),
}


def style(pooling: Pooling) -> Style:
    """The style of a strategy."""
    return STYLES[pooling]


def colour(pooling: Pooling, *, dark: bool) -> str:
    """The colour of a strategy on a light or dark page, as "#RRGGBB"."""
    return STYLES[pooling].dark if dark else STYLES[pooling].light


def fill(colours: Sequence[str], share: float) -> str:
    """The colour at a share (0 to 1) of a scale, as Plotly interpolates it."""
    place = min(max(share, 0.0), 1.0) * (len(colours) - 1)
    first = min(int(place), len(colours) - 2)
    ends = zip(rgb(colours[first]), rgb(colours[first + 1]), strict=True)
    mixed = (round(low + (high - low) * (place - first)) for low, high in ends)
    return "#" + "".join(f"{channel:02X}" for channel in mixed)


def text_on(colour: str) -> str:
    """Black or white, whichever has more contrast with a fill: at least 4.58 : 1 on any."""
    return max((BLACK_TEXT, WHITE_TEXT), key=lambda text: contrast(text, colour))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, WCAG 2."""
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """The relative luminance of a colour, WCAG 2."""
    shares = [channel / 255 for channel in rgb(colour)]
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4  # noqa: PLR2004
        for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def faded(colour: str, opacity: float) -> str:
    """A colour with opacity, as Plotly writes it."""
    return f"rgba({','.join(map(str, rgb(colour)))},{opacity})"


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of "#RRGGBB", from 0 to 255."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return red, green, blue
