"""The frame of every page: question, answer, scene line, and the cards of its figures."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self, TypeVar

import streamlit as st

from core.catalog import DROPOUT_POSITIONS, HEADS, POOLINGS, DropoutPosition, Pooling
from core.claims import ClaimVerdict
from core.comparison import Results
from core.comparison.chance import MOST_NAMED_NETWORKS, cautions
from core.comparison.varied import off_defaults
from core.config.fields import FIELDS
from core.figures import Chart, Look, Reading, reading
from core.figures.palette import colour, style
from core.run import Source
from core.sentences.claims import verdict_word
from core.sentences.headlines import Sentence
from core.store import Space
from core.words import inside, join, literal, plural, size
from pages.shared import cached, controls, exports, gate, paper, talk, words
from pages.shared.card_names import script_name
from pages.shared.plot import plot
from pages.shared.problems import left_out

TOP_WIDTH = 1080
VERDICTS: dict[ClaimVerdict, tuple[Any, str]] = {
    ClaimVerdict.SUPPORTED: ("green", ":material/check_circle:"),
    ClaimVerdict.NUANCED: ("orange", ":material/alt_route:"),
    ClaimVerdict.REFUTED: ("red", ":material/cancel:"),
    ClaimVerdict.ALIKE: ("blue", ":material/drag_handle:"),
    ClaimVerdict.TOO_SMALL: ("blue", ":material/unfold_less:"),
    ClaimVerdict.UNDECIDED: ("gray", ":material/pending:"),
    ClaimVerdict.UNTESTED: ("gray", ":material/radio_button_unchecked:"),
}
"""colour and icon of a verdict"""
TALK_SCALE = 1.25
NO_BREAK = "\u00a0"
T = TypeVar("T")


def dark() -> bool:
    """Whether the visitor sees the dark theme; False if that is unknown."""
    return st.context.theme.type == "dark"


def look() -> Look:
    """How to draw figures for this visitor: in their theme, and larger in a talk."""
    return Look(dark(), TALK_SCALE if talk.active() else 1.0)


def mark(pooling: Pooling) -> str:
    """The coloured glyph of a strategy, as Markdown."""
    return f':color[{style(pooling).glyph}]{{foreground="{colour(pooling, dark=dark())}"}}'


def named(pooling: Pooling) -> str:
    """The glyph and name of a strategy, for the middle of a sentence, as Markdown."""
    return f"{mark(pooling)}{NO_BREAK}{inside(POOLINGS[pooling].label)}"


def written(sentence: Sentence) -> str:
    """A sentence as Markdown, with a coloured mark before each strategy."""
    text = "".join(named(part) if isinstance(part, Pooling) else part for part in sentence)
    first = sentence[0]
    if isinstance(first, Pooling):
        text = f"{mark(first)}{NO_BREAK}{POOLINGS[first].label}" + text.removeprefix(named(first))
    return text.replace(" %", f"{NO_BREAK}%")


def top(
    question: str,
    answer: Sentence,
    scene: str | None = None,
    *,
    statement: Sentence = (),
    terms: bool = True,
) -> None:
    """Draw the question in grey, the answer as title, the scene line, terms, and any remarks.

    Args:
        question: of the page.
        answer: its headline.
        scene: what is compared, as Markdown.
        statement: what the answer rests on, below it; not in a scene of a talk, which has no room.
        terms: whether the terms of the page follow; otherwise the page draws `words.line` itself.
    """
    st.session_state[exports.SCENE_LINE] = scene
    with st.container(gap="xsmall", width="stretch" if talk.active() else TOP_WIDTH):
        if talk.in_scene():
            # a scene has its own heading and question
            if not talk.waiting():
                st.header(written(answer), anchor=False)
        else:
            st.markdown(words.marked(f":gray[{question}]"))
            st.title(words.marked(written(answer)), anchor=False)
            if statement:
                st.markdown(words.marked(written(statement)))
        if scene:
            st.markdown(words.marked(f":small[{scene}]"))
        if terms:
            words.line()
    left_out(cached.store().unreadable)
    for remark in controls.remarks():
        st.caption(remark)


def scene(results: Results) -> str:
    """What is compared, in one line of Markdown; it is also the legend."""
    comparison = results.comparison
    entry = comparison.arms[0].experiment.data.entry
    _, height, width = entry.shape
    poolings = dict.fromkeys(arm.pooling for arm in comparison.arms)
    heads = dict.fromkeys(HEADS[arm.head].label for arm in comparison.arms)
    dropouts = [
        DROPOUT_POSITIONS[position].label
        for position in dict.fromkeys(arm.dropout for arm in comparison.arms)
    ]
    n = len(comparison.seeds)
    parts = [
        f":gray[{literal(entry.label)}, {size(height, width)}]",
        "  ".join(named(pooling) for pooling in poolings),
        f":gray[{join(list(heads))} {'head' if len(heads) == 1 else 'heads'}]",
    ]
    if dropouts != [DROPOUT_POSITIONS[DropoutPosition.NONE].label]:
        parts.append(f":gray[{join(dropouts)}]")
    parts += [
        f":gray[{inside(FIELDS[name].about.label)} {literal(str(value))}]"
        for name, value in off_defaults(comparison).items()
    ]
    parts.append(f":gray[{n} {'seed' if n == 1 else 'seeds'} each]")
    parts.append(f":gray[{_origin(results)}]")
    return " :gray[·] ".join(parts)


def _origin(results: Results) -> str:
    """How many runs there are and where they come from."""
    bundled = {s.key for s in cached.summaries() if s.source is Source.BUNDLED}
    count = len(results.runs)
    there = sum(key in bundled for key in results.runs)
    if count and there == count:
        return f"{count} bundled {plural('run', count)}"
    runs = f"{count} {plural('run', count)}"
    return f"{runs}, {there} of them bundled" if there else runs


@contextmanager
def section(card: str, part: str = "") -> Iterator[None]:
    """A part of a page that a scene of a talk may leave out.

    Its body always runs, because other parts may depend on its controls.

    Args:
        card: its id in `card_names`.
        part: what distinguishes it from similar cards.
    """
    name = script_name(card, part)
    talk.note(name)
    if talk.shows(name):
        yield
        return
    place = st.empty()
    with place.container():
        yield
    place.empty()


def columns(widths: Sequence[float]) -> Sequence[Any]:
    """Columns side by side; full-width containers in a scene that shows one part."""
    if len(talk.chosen()) == 1:
        return [st.container() for _ in widths]
    return st.columns(widths)


@contextmanager
def settings_row() -> Iterator[None]:
    """A row of controls of the page itself; in a talk, they move to the folded sidebar."""
    if talk.active():
        with st.sidebar.container():
            yield
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        yield


def grid(columns: int, *, min_column_width: int) -> Any:
    """A grid of cards; a single full-width column in a scene that shows one part."""
    if len(talk.chosen()) == 1:
        return st.container()
    return st.grid(columns, min_column_width=min_column_width)


@dataclass(frozen=True, slots=True)
class Head:
    """The line of a card with its title, for what depends on the card's own controls.

    Attributes:
        container: of the line.
        title: of the card, as Markdown.
    """

    container: Any
    title: str

    def __enter__(self) -> Self:
        """Draw in this line."""
        self.container.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        """Draw where it was drawn before."""
        self.container.__exit__(*error)


def heading(title: str, reading: str | None = None) -> None:
    """Draw the title of a card: a heading, which screen readers can go to.

    Args:
        title: what the card shows, as Markdown.
        reading: how to read it, in Markdown.
    """
    st.markdown(f"## {title}", width="stretch", help=reading, anchors=False)


@contextmanager
def card(
    title: str,
    key: str,
    *,
    part: str = "",
    reading: str | None = None,
    stretch: bool = True,
) -> Iterator[Head]:
    """A bordered card: title with help, then the content.

    Yields the line of the title, for numbers that depend on the card's own controls.

    Args:
        title: what the card shows.
        key: its id in `card_names`.
        part: what distinguishes it from similar cards.
        reading: how to read it, in Markdown.
        stretch: whether it is as high as its neighbours.
    """
    gate.give_way()
    height: Any = "stretch" if stretch else "content"
    named_card = f"{paper.CARD} {key} {part}".strip()
    with section(key, part), st.container(border=True, height=height, key=named_card):
        line = st.container(horizontal=True, vertical_alignment="center", wrap=False)
        with line:
            heading(title, reading)
        yield Head(line, title)


def show(  # noqa: PLR0913 (a card and what is in it)
    title: str,
    chart: Chart,
    key: str,
    *,
    part: str = "",
    file_name: str,
    reading: str | None = None,
    untrained: str | None = None,
    stretch: bool = True,
    interval: Reading | None = None,
) -> None:
    """Draw a card with a chart: title, numbers, figure and caption.

    Args:
        title: what the figure shows.
        chart: the chart to draw.
        key: id of the card in `card_names`.
        part: what distinguishes it from similar cards.
        file_name: name of the CSV file.
        reading: how to read the figure, in Markdown.
        untrained: what to train if the chart is empty; without it, the chart's caption says why.
        stretch: whether it is as high as its neighbours.
        interval: the kind of interval whose picture can be opened; None if it has none.
    """
    with card(title, key, part=part, reading=reading, stretch=stretch) as head:
        name = f"{key} {part}".strip()
        fill(head, chart, name, file_name=file_name, untrained=untrained, interval=interval)


def fill(  # noqa: PLR0913 (what is in a card)
    head: Head,
    chart: Chart,
    key: str,
    *,
    file_name: str,
    untrained: str | None = None,
    interval: Reading | None = None,
) -> None:
    """Fill an open card with a chart: numbers, figure and caption.

    Args:
        head: the line of the card's title.
        chart: the chart to draw.
        key: of the figure on its page.
        file_name: name of the CSV file.
        untrained: what to train if the chart is empty; without it, the chart's caption says why.
        interval: the kind of interval whose picture can be opened; None if it has none.
    """
    if chart.rows:
        with head:
            exports.menu(
                chart.rows,
                file_name,
                key,
                title=head.title,
                caption=chart.caption,
                figures=[key],
            )
        draw(chart, key)
        # a scene of a talk has no room for it
        if interval and not talk.in_scene():
            how_to_read(key, kind=interval)
    elif untrained:
        nothing_yet(untrained)
    else:
        st.caption(chart.caption)


def draw(chart: Chart, key: str) -> None:
    """Draw the figure and the caption of a chart, in the theme of the page."""
    plot(cached.drawing(chart, look()), alt=chart.alt, key=key, dark=dark())
    if chart.caption:
        st.caption(chart.caption)


def how_to_read(key: str, text: str = "", kind: Reading = Reading.DIFFERENCES) -> None:
    """Draw a button that opens the picture of how an interval is read.

    Args:
        key: of the button on its page.
        text: what else there is to know, in Markdown.
        kind: of the interval.
    """
    place = st.popover(
        "How to read this",
        icon=":material/help:",
        type="tertiary",
        key=f"reading {key}",
        on_change="rerun",
    )
    if place.open:
        with place:
            draw(cached.chart(reading, kind), f"picture {key}")
            if text:
                st.markdown(text)


def one_of(  # noqa: PLR0913 (what Streamlit asks for)
    label: str,
    options: Sequence[T],
    key: str,
    *,
    default: T | None = None,
    help_: str | None = None,
    bound: bool = True,
    named: bool = True,
    wraps: bool = False,
) -> T:
    """Draw a row of segments; return the one that is chosen.

    Args:
        label: read aloud even if it is not shown.
        options: as the link writes them.
        key: of the widget, and its name in the link.
        default: chosen at first; without it, the first option.
        help_: in Markdown.
        bound: whether the link keeps the choice.
        named: whether to show the label.
        wraps: whether to draw pills, which wrap on a phone.
    """
    first = options[0] if default is None else default
    row = st.pills if wraps else st.segmented_control
    chosen = row(
        label,
        options,
        default=first,
        required=True,
        key=key,
        bind="query-params" if bound else None,
        help=help_,
        label_visibility="visible" if named else "collapsed",
    )
    return first if chosen is None else chosen


def one_in_a_box(
    label: str, options: Sequence[str], key: str, *, first: int = 0, width: Any = "stretch"
) -> str:
    """Draw a box with a list that changes with the comparison; return what is chosen of it.

    Args:
        label: above the box.
        options: as the link writes them.
        key: of the widget, and its name in the link.
        first: the place of what is chosen at first.
        width: of the box, as Streamlit takes it.
    """
    forget_others(key, options[first], options)
    box = st.selectbox
    chosen = box(label, options, first, key=key, bind="query-params", width=width)
    return chosen or options[first]


def forget_others(key: str, first: str, options: Sequence[str]) -> None:
    """Set a choice to the first if it is no longer offered: it would stay in the link."""
    if st.session_state.get(key) not in {None, *options}:
        st.session_state[key] = first


def several_of(label: str, options: Sequence[str], key: str) -> list[str]:
    """Draw a row of pills, unless there is nothing to choose; return those that are chosen.

    Args:
        label: above the row.
        options: as the link writes them.
        key: of the widget, and its name in the link.
    """
    if len(options) < 2:  # noqa: PLR2004 (a choice)
        return []
    row = st.pills
    # names of folders are texts of strangers
    chosen = row(
        label, options, selection_mode="multi", key=key, bind="query-params", format_func=literal
    )
    return list(chosen or [])


@contextmanager
def filters() -> Iterator[None]:
    """The place of the sidebar, on a page that does not show the comparison there."""
    with st.session_state[controls.FILTERS]:
        yield


def badge(verdict: ClaimVerdict) -> None:
    """Draw the verdict on a claim, or on a part of one."""
    colour, icon = VERDICTS[verdict]
    st.badge(verdict_word(verdict), icon=icon, color=colour)


def caution(results: Results, *, in_headline: bool = False) -> None:
    """Warn about networks that have not learned, before anything is compared.

    Args:
        results: what is compared.
        in_headline: whether the page's headline names them if they are few.
    """
    said = cautions(results)
    if not (in_headline and len(said) <= MOST_NAMED_NETWORKS):
        warn(said)


def warn(said: Sequence[Sentence]) -> None:
    """Draw warnings that matter for what follows; several as a list."""
    if said:
        bullet = "- " if len(said) > 1 else ""
        text = "\n".join(f"{bullet}{written(sentence)}" for sentence in said)
        st.warning(text, icon=":material/warning:")


def checkpoint_space(space: Space) -> None:
    """Say how much of their budget the checkpoints of one's own runs take, if there are any."""
    if not space.runs:
        return
    taken = f"{space.taken / 1_000_000:,.1f}"
    budget = "" if space.budget is None else f" of {space.budget / 1_000_000:,.0f}"
    st.caption(
        f"{space.runs:,} {plural('run', space.runs)} can be played step by step on Features: "
        f"checkpoints take {taken}{budget} MB. The oldest go first, final weights never."
    )


def nothing_yet(what: str) -> None:
    """Say in place of a figure that nothing is trained yet, and what to do."""
    bundled = any(summary.source is Source.BUNDLED for summary in cached.summaries())
    help_ = ", or choose digits with max and average: those are bundled" if bundled else ""
    st.caption(f"{what} has not been trained yet. Train the missing runs{help_}.")
