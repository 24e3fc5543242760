"""A comparison as one HTML file that opens from disk, without a connection or Poolscope."""

import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import Any

from core import figures, settings
from core.analyses.shift_map import ShiftMap, ShiftMapRequest, ShiftSettings
from core.claims import ClaimResult, compared
from core.comparison import Arm, Comparison, Facet, Results
from core.comparison.grids import as_toml
from core.comparison.ledger import architecture_of, readable
from core.figures import Chart, Look, Measure, as_dicts, palette
from core.run import Run
from core.sentences.claims import caution, verdict_sentence, verdict_word
from core.sentences.headlines import accuracy_headline, plain
from core.sentences.shown import steadiness_headline
from core.words import capitalised, count, macs, plural, significant

_STYLE = f"""
body {{ font: 16px/1.5 system-ui, sans-serif; color: {palette.INK[0]}; max-width: 1000px;
       margin: 2rem auto; padding: 0 1rem; }}
h1 {{ font: 600 1.75rem/1.25 Georgia, serif; }}
h2 {{ font-size: 1.125rem; margin-top: 2.5rem; }}
.quiet {{ color: {palette.REPORT_QUIET}; }}
table {{ border-collapse: collapse; font-size: 0.875rem; display: block; overflow-x: auto; }}
th, td {{ border-bottom: 1px solid {palette.REPORT_LINE}; padding: 0.25rem 0.75rem 0.25rem 0;
         text-align: left; }}
pre {{ background: {palette.REPORT_CODE}; padding: 1rem; overflow-x: auto; font-size: 0.875rem; }}
"""
_FONT = "system-ui, sans-serif"
WIDER = 1.3
"""room for the names beside a figure, as a multiple of what the font of the pages needs"""
LEFT_OUT = (
    "Feature maps, class activation maps and answers to single images (Features); operators on a "
    "few numbers (By hand); receptive fields, latency and code (Cost); ranks, other recipes and "
    "other data sets (Accuracy); the experiments behind the claims (Claims); and weights "
    "(export --format db). The dashboard shows them for the same configuration."
)
ReadMap = Callable[[ShiftMapRequest], ShiftMap | None]
_CHART = {"displayModeBar": False, "displaylogo": False, "showSendToCloud": False}


def results_of(runs: Iterable[Run]) -> Results:
    """The comparison of stored runs: all of their arms and seeds."""
    by_key = {run.key: run for run in runs}
    arms = [run.experiment for run in by_key.values()]
    seeds = sorted({run.experiment.seed for run in by_key.values()})
    return Results(Comparison.of(arms, seeds), by_key)


def report(
    results: Results, claims: Sequence[ClaimResult] = (), read: ReadMap = lambda _: None
) -> str:
    """The report as self-contained HTML: figures, tables, claims, configuration and versions.

    Args:
        results: runs of the comparison; the report says how many are missing.
        claims: the verdicts to report.
        read: returns the stored result of a request for a shift map.
    """
    comparison = results.comparison
    entry = comparison.arms[0].experiment.data.entry
    seeds = len(comparison.seeds)
    total = len(comparison.experiments)
    parts = [
        (
            f"<p class=quiet>Poolscope {escape(settings.__version__)}: {escape(entry.label)}, "
            f"{len(comparison.arms)} {plural('network', len(comparison.arms))}, {seeds} "
            f"{plural('seed', seeds)}, {total - len(results.missing)} of {total} runs.</p>"
        ),
        f"<h1>{escape(plain(accuracy_headline(results)))}</h1>",
        *(part for facet in comparison.facets for part in _facet(results, facet)),
        *_cost(results),
        *_shift(results, read),
        *_claims(results, claims),
        _ledgers(comparison.arms),
        (
            f"<h2>Configuration</h2><p>As a file for <code>poolscope sweep</code>.</p>"
            f"<pre>{escape(as_toml(comparison))}</pre>"
        ),
        _machines(results),
        f"<h2>What is not in this report</h2><p>{escape(LEFT_OUT)}</p>",
    ]
    return (
        "<!doctype html>\n<html lang=en><head><meta charset=utf-8>"
        '<meta name=viewport content="width=device-width, initial-scale=1">'
        f"<title>Poolscope: {escape(entry.label)}</title><style>{_STYLE}</style>"
        f"<script>{_plotly()}</script></head>"
        f"<body>{''.join(parts)}</body></html>\n"
    )


def _plotly() -> str:
    # takes a second to import, and only reports need it
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs())


def _facet(results: Results, facet: Facet) -> Iterable[str]:
    title = escape(capitalised(facet.clause))
    curves = figures.accuracy_curves(results, facet)
    if not curves.rows:
        yield f"<h2>{title}</h2><p class=quiet>Not trained yet.</p>"
        return
    yield f"<h2>{title}: validation accuracy</h2>"
    yield _figure(curves)
    pairs = figures.paired_differences(results, facet)
    if pairs.rows:
        yield f"<h2>{title}: test accuracy, paired differences</h2>"
        yield _figure(pairs)
        yield _table(as_dicts(pairs.rows))
        yield f"<p class=quiet>{escape(pairs.caption)}</p>"


def _cost(results: Results) -> Iterable[str]:
    yield "<h2>Where the parameters sit</h2>"
    yield _figure(figures.parameter_bars(results.comparison.arms))
    tradeoff = figures.tradeoff(results, Measure.MACS)
    if tradeoff.rows:
        yield "<h2>Accuracy against MACs</h2>"
        yield _figure(tradeoff)


def _shift(results: Results, read: ReadMap) -> Iterable[str]:
    """What shifts do to the predictions of the first seed, for the networks with stored maps."""
    comparison = results.comparison
    seed, shape = comparison.seeds[0], comparison.arms[0].experiment.input_shape
    settings = ShiftSettings.of(shape, circular=False)
    stored = {arm: read(ShiftMapRequest(arm.seeded(seed), settings)) for arm in comparison.arms}
    near = settings.near(shape)
    maps = {arm: steadiness.within(near) for arm, steadiness in stored.items() if steadiness}
    yield "<h2>When the image moves</h2>"
    if not maps:
        yield "<p class=quiet>No shift maps of these networks are computed.</p>"
        return
    yield f"<p>{escape(plain(steadiness_headline(maps, comparison, seed)))}</p>"
    yield _figure(figures.shift_profile(tuple(maps.items())))
    yield _table([_steadiness(arm, steadiness) for arm, steadiness in maps.items()])
    lacking = len(stored) - len(maps)
    rest = f" {lacking} {plural('network', lacking)} without a computed map." if lacking else ""
    yield (
        f"<p class=quiet>Shifts of up to {near} px each way, the border filled with the "
        f"background; seed {seed}.{rest}</p>"
    )


def _steadiness(arm: Arm, steadiness: ShiftMap) -> dict[str, object]:
    return {
        "network": arm.label,
        "unchanged by one pixel, %": 100 * steadiness.one_pixel(),
        "unchanged, mean over shifts, %": 100 * steadiness.mean_same(),
        "unchanged and correct, mean, %": 100 * steadiness.mean_right(),
        "test images": steadiness.images,
    }


def _claims(results: Results, claims: Sequence[ClaimResult]) -> Iterable[str]:
    """The verdicts on claims, first those measured with strategies of the comparison."""
    yield "<h2>Claims about pooling</h2>"
    if not claims:
        yield "<p class=quiet>No claims were judged for this report.</p>"
        return
    yield (
        "<p class=quiet>Each verdict follows from the claim's own networks and seeds by a fixed "
        "rule; learning rates and recipes may differ from those above.</p>"
    )
    near = [each for each in claims if _concerns(each, results.comparison)]
    yield from map(_verdict, near)
    others = [each for each in claims if each not in near]
    if others:
        name = "Other claims" if near else "All claims"
        listed = "".join(map(_verdict, others))
        yield f"<details><summary>{name}: {len(others)}</summary>{listed}</details>"


def _concerns(result: ClaimResult, comparison: Comparison) -> bool:
    """Whether a part of a claim compares strategies of the comparison on its data set."""
    dataset = comparison.arms[0].experiment.data.dataset
    poolings = {arm.pooling for arm in comparison.arms}
    return any(
        {each.model.pooling for each in part.chosen} <= poolings
        and all(each.data.dataset == dataset for each in part.chosen)
        for part in compared(result.parts)
    )


def _verdict(result: ClaimResult) -> str:
    said = " ".join(filter(None, (caution(result), verdict_sentence(result))))
    word = verdict_word(result.verdict)
    return f"<p><b>{escape(word)}</b>: {escape(result.claim.text)}<br>{escape(said)}</p>"


def _ledgers(arms: Sequence[Arm]) -> str:
    parts = ["<h2>Layer by layer</h2>"]
    for arm in arms:
        network = architecture_of(arm)
        parts.append(
            f"<details><summary>{escape(arm.label)}: "
            f"{count(network.totals.parameters)} parameters, {macs(network.totals.macs)} MACs"
            "</summary>"
            f"{_table([readable(layer) for layer in network.layers])}</details>"
        )
    return "".join(parts)


def _machines(results: Results) -> str:
    """The machines on which the runs were trained, with the versions of libraries."""
    counts: dict[str, int] = {}
    for run in results.runs.values():
        machine = run.machine
        versions = ", ".join(f"{name} {version}" for name, version in machine.versions.items())
        text = f"{machine.device}, {machine.capability}; {versions}"
        counts[text] = counts.get(text, 0) + 1
    lines = "".join(
        f"<li>{number} {plural('run', number)}: {escape(text)}</li>"
        for text, number in counts.items()
    )
    python = f"Python {platform.python_version()}"
    return f"<h2>Trained on</h2><ul>{lines}</ul><p class=quiet>Written with {escape(python)}.</p>"


def _figure(chart: Chart) -> str:
    look = Look()
    figure = chart.draw(look).update_layout(
        paper_bgcolor=look.page, plot_bgcolor=look.page, font={"family": _FONT, "color": look.ink}
    )
    # the reader's own font, which may be wider than that of the pages
    margin = figure.layout.margin
    figure.update_layout(margin={"l": WIDER * (margin.l or 0), "r": WIDER * (margin.r or 0)})
    html = figure.to_html(
        full_html=False, include_plotlyjs=False, config=_CHART, default_width="100%"
    )
    return f'<div role=img aria-label="{escape(chart.alt, quote=True)}">{html}</div>'


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    head = "".join(f"<th>{escape(name.replace('_', ' '))}</th>" for name in rows[0])
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(_cell(value))}</td>" for value in row.values()) + "</tr>"
        for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def _cell(value: object) -> str:
    shown: dict[type, Callable[[Any], str]] = {
        type(None): lambda _: "–",
        int: lambda number: f"{number:,}",
        float: lambda number: significant(number, 3),
    }
    return shown.get(type(value), str)(value)
