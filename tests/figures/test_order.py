"""Do the figures of pairs, ranks and data sets show what was computed, and say it in words?"""

from dataclasses import replace
from math import inf
from types import SimpleNamespace

import pytest

from core import figures
from core.catalog import Pooling
from core.claims.claim import Expectation
from core.claims.verdict import verdict_on
from core.comparison import Chance
from core.comparison.across import across
from core.comparison.families import compare_facet
from core.comparison.ranking import ranking
from core.comparison.statistics import Verdict
from core.figures import Look, Reading
from core.figures.pairs import ONLY_ALONE, SIGNS
from core.sentences.across import over_data_sets
from core.sentences.claims import verdict_word
from core.sentences.headlines import accuracy_headline, plain
from core.sentences.intervals import difference as in_words
from core.sentences.uncertainty import covered, fallback, only_alone, source
from tests.comparison.fabricated import fabricated, without_predictions

LOOKS = (Look(), Look(dark=True), Look(scale=1.25))
CLOSE = {"max": 0.97, "average": 0.949, "min": 0.97, "conv": 0.97, "lse": 0.9699}


@pytest.fixture(scope="module")
def results():
    return fabricated()


@pytest.mark.parametrize("look", LOOKS)
def test_every_pair_has_two_cells_and_only_decided_ones_are_coloured(results, look):
    (facet,) = results.comparison.facets
    order = ranking(results, facet)
    figure = figures.every_pair(results, facet).draw(look)
    heat, numbers = figure.data
    coloured = sum(value == value for row in heat.z for value in row)  # noqa: PLR0124 (not NaN)
    assert 2 * len([pair for pair in order.pairs if pair.decided]) == coloured
    assert 2 * len(order.pairs) == len(numbers.text)
    signs = [text[0] for text in numbers.text]
    assert signs.count("▲") == signs.count("▼") == coloured // 2
    assert 2 * len(order.undecided) == signs.count("≈")


def test_a_matrix_of_many_has_signs_without_numbers():
    names = ("max", "average", "min", "conv", "lse", "lp", "median", "soft", "none", "strided")
    many = fabricated(dict.fromkeys(names, 0.9), 2)
    (facet,) = many.comparison.facets
    _, numbers = figures.every_pair(many, facet).draw(Look()).data
    assert {"≈"} == set(numbers.text)
    assert 45 == len(figures.every_pair(many, facet).rows)


@pytest.mark.parametrize("look", LOOKS)
def test_ranks_are_drawn_as_they_are_in_the_table(results, look):
    (facet,) = results.comparison.facets
    chart = figures.ranks(results, facet)
    for row, trace in zip(chart.rows, chart.draw(look).data, strict=True):
        assert row.rank_by_mean == trace.x[0]
        assert row.worst_rank - row.rank_by_mean == trace.error_x.array[0]
        assert row.rank_by_mean - row.best_rank == trace.error_x.arrayminus[0]
    assert "95 % confidence" in chart.caption


@pytest.mark.parametrize("make", [figures.every_pair, figures.ranks])
@pytest.mark.parametrize("seeds", [0, 1])
def test_without_two_seeds_there_is_a_sentence_instead(make, seeds):
    few = fabricated(seeds=seeds)
    chart = make(few, few.comparison.facets[0])
    assert ([], "Ranks need two strategies with two seeds each.") == (chart.rows, chart.caption)


def test_captions_say_what_is_covered(results):
    (facet,) = results.comparison.facets
    both = figures.paired_differences(results, facet).caption
    assert "95 % interval on images like these, over seeds and 300 test images" in both
    seeds = figures.paired_differences(replace(results, chance=Chance.SEEDS), facet).caption
    assert "95 % interval on these 300 test images, over seeds alone" in seeds
    assert "usable" not in seeds
    lacking = figures.paired_differences(without_predictions(results, 1), facet).caption
    assert "Over seeds alone for average: not all runs have usable predictions" in lacking
    none = replace(results, right={}, unread="the labels are away")
    assert "Over seeds alone, because the labels are away." in (
        figures.paired_differences(none, facet).caption
    )


def test_the_source_of_most_uncertainty_is_named(results):
    (facet,) = results.comparison.facets
    pairs = compare_facet(results, facet)
    first = source(pairs[:1])
    assert first.startswith("Most of the uncertainty comes from the test images: with twice the")
    (by_seeds, by_images) = (
        pairs[0].difference.spread.narrowed(seeds=2),
        pairs[0].difference.spread.narrowed(images=2),
    )
    assert f"would be {100 * by_seeds:.0f} % as wide" in first
    assert f"test images {100 * by_images:.0f} %." in first
    assert source(pairs).startswith("Seeds and test images both add uncertainty: ")
    assert "" == source(compare_facet(replace(results, chance=Chance.SEEDS), facet))
    assert "" == fallback(pairs, results)
    assert covered(pairs, results).endswith("300 test images")


def test_what_is_established_only_alone_is_marked_and_said():
    close = fabricated(CLOSE, 5)
    (facet,) = close.comparison.facets
    pairs = [pair for pair in compare_facet(close, facet) if pair.only_alone]
    assert [Pooling.AVERAGE] == [pair.arm.pooling for pair in pairs]
    assert "average: alone it would be established; four comparisons are shown." == (
        only_alone(pairs)
    )
    assert "" == only_alone([])
    assert "alone it would be lower, but 4 comparisons are shown" in in_words(pairs[0].difference)
    chart = figures.paired_differences(close, facet)
    labels = [note.text for note in chart.draw(Look()).layout.annotations]
    assert 1 == sum(ONLY_ALONE in label for label in labels)
    assert 1 == [(row.verdict, row.alone) for row in chart.rows].count(("undecided", "lower"))


def test_a_headline_names_the_images_where_they_count(results):
    assert "seeds and 300 images cannot tell" in plain(accuracy_headline(results))
    alone = replace(results, chance=Chance.SEEDS)
    assert "images" not in plain(accuracy_headline(alone))


def over(*rates):
    sets = {
        f"set {n}": fabricated({"max": high, "average": low}, 5)
        for n, (high, low) in enumerate(rates)
    }
    return across(sets, Pooling.AVERAGE, Pooling.MAX)


@pytest.mark.parametrize("look", LOOKS)
def test_data_sets_and_their_mean_have_a_row_each(look):
    found = over((0.9, 0.6), (0.6, 0.9), (0.9, 0.899))
    chart = figures.across_data_sets(found)
    assert ["set 0", "set 1", "set 2", "mean of these"] == [row.dataset for row in chart.rows]
    figure = chart.draw(look)
    assert pytest.approx([row.difference_points for row in chart.rows], abs=0.01) == [
        trace.x[0] for trace in figure.data
    ]
    said = plain(over_data_sets(found))
    counts = "higher in one, lower in one and undecided in one"
    assert said.startswith(f"On three data sets, average against max: {counts}. The mean")


def test_on_a_telephone_results_stand_below_the_names_of_data_sets():
    layout = figures.across_data_sets(over((0.9, 0.6), (0.6, 0.9))).draw(Look()).layout
    narrow = layout.meta["narrow"]["changes"]
    card = 320
    assert card - layout.margin.l - layout.margin.r < 0.4 * card
    assert card - narrow["margin"]["l"] - narrow["margin"]["r"] > 0.6 * card
    assert [] == narrow["annotations"]
    first, second, mean = narrow["yaxis"]["ticktext"]
    assert "set 0<br>" in first
    assert SIGNS[Verdict.LOWER] in first
    assert SIGNS[Verdict.HIGHER] in second
    assert mean.startswith("<b>mean of these</b><br>")


@pytest.mark.parametrize("look", LOOKS)
def test_the_picture_of_an_interval_shows_no_number_but_zero(look):
    chart = figures.reading()
    figure = chart.draw(look)
    assert ("0",) == figure.layout.xaxis.ticktext
    assert () == tuple(chart.rows)
    assert "An example" in chart.caption
    # what the picture calls established is a bar that excludes 0, and the others are not
    assert [True, False, False] == [low > 0 for low, _ in ends(figure)]


def ends(figure):
    """Left and right end of each bar, from the top."""
    bars = [trace for trace in figure.data if trace.error_x.array]
    return [(bar.x[0] - bar.error_x.arrayminus[0], bar.x[0] + bar.error_x.array[0]) for bar in bars]


@pytest.mark.parametrize("look", LOOKS)
def test_the_picture_of_means_has_bars_that_overlap_and_one_that_does_not(look):
    (low, _), (_, high), (_, far) = ends(figures.reading(Reading.MEANS).draw(look))
    assert far < low < high


@pytest.mark.parametrize("look", LOOKS)
def test_the_picture_of_ranks_has_places_that_are_whole(look):
    figure = figures.reading(Reading.RANKS).draw(look)
    assert [(1, 1), (2, 3), (2, 3)] == ends(figure)
    assert ("1", "2", "3") == figure.layout.xaxis.ticktext


@pytest.mark.parametrize("look", LOOKS)
def test_the_picture_of_a_part_says_of_each_bar_what_the_rule_says(look):
    figure = figures.reading(Reading.PARTS).draw(look)
    least = figure.layout.shapes[0].x0
    more = SimpleNamespace(zone=(least, inf), expected=Expectation.MORE, margin=least)
    ruled = [
        verdict_word(verdict_on(more, SimpleNamespace(low=low, high=high, n=10))).lower()
        for low, high in ends(figure)
    ]
    labels = figure.layout.yaxis.ticktext
    assert [label.split("<b>")[1].removesuffix("</b>") for label in labels] == ruled
    assert 5 == len(set(ruled))
