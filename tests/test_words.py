"""Are numbers and lists written the same everywhere, including edge cases?"""

import math
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core import words

FRACTIONS = st.floats(-1, 1)


@pytest.mark.parametrize(
    ("difference", "expected"),
    [
        (0.042, "+4.2"),
        (-0.042, "−4.2"),
        (1.0, "+100.0"),
        (0.0, "0.0"),
        (-0.0, "0.0"),
        (0.0004, "0.0"),
        (-0.0004, "0.0"),
        (-0.0006, "−0.1"),
    ],
)
def test_points_are_signed_with_one_decimal(difference, expected):
    assert expected == words.points(difference)


@given(FRACTIONS)
def test_points_have_a_real_minus_and_no_sign_at_zero(difference):
    text = words.points(difference)
    assert "-" not in text
    assert ("0.0" == text) == (text.lstrip("+−") == "0.0")


@given(FRACTIONS)
def test_points_can_be_read_back(difference):
    value = float(words.points(difference).replace("−", "-"))
    assert math.isclose(value, 100 * difference, abs_tol=0.0501)


@given(FRACTIONS)
def test_the_size_of_a_difference_is_its_points_without_sign(difference):
    assert words.points(difference).lstrip("+−") == words.size_in_points(difference)


def test_a_fraction_is_written_in_percent():
    assert ["97.8", "100.0", "0.0"] == [words.percent(value) for value in (0.978, 1, 0)]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, "0"),
        (650, "650"),
        (16_698, "16,698"),
        (99_999, "99,999"),
        (100_000, "100.0 k"),
        (999_949, "999.9 k"),
        (999_950, "1.0 M"),
        (1_300_000, "1.3 M"),
        (2_100_000_000, "2.1 G"),
    ],
)
def test_a_count_is_written_out_below_a_hundred_thousand(number, expected):
    assert expected == words.count(number)


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, "0"), (320, "320"), (999, "999"), (73_728, "73.7 k"), (3_200_000_000_000, "3.2 T")],
)
def test_operations_are_written_short(number, expected):
    assert expected == words.macs(number)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.02, "0.1 s"),
        (0.44, "0.4 s"),
        (0.97, "1 s"),
        (16.2, "16 s"),
        (59.6, "1 min"),
        (70, "1 min 10 s"),
        (120, "2 min"),
        (3_599.6, "1 h"),
        (3_629, "1 h"),
        (7_500, "2 h 5 min"),
        (93_600, "26 h"),
    ],
)
def test_a_time_is_written_in_the_units_that_matter(seconds, expected):
    assert expected == words.duration(seconds)


UNITS = {"s": 1, "min": 60, "h": 3600}


@given(st.floats(0, 1e6))
def test_a_time_never_counts_to_sixty_nor_ends_in_zero_seconds(seconds):
    text = words.duration(seconds)
    assert not re.search(r"\b60 |\b0 (s|min|h)|1\.0 s", text)
    parts = {unit: float(number) for number, unit in re.findall(r"([\d.]+) (s|min|h)", text)}
    found = sum(number * UNITS[unit] for unit, number in parts.items())
    # rounded to minutes from an hour on; never written as nothing
    assert abs(found - seconds) <= (30.5 if "h" in parts else 0.5 if seconds >= 1 else 0.1)


SCALES = {"": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}


@given(st.integers(0, 10**14))
@example(999_949)
@example(999_950)
def test_operations_keep_their_value_and_three_digits_before_the_unit(number):
    figure, _, unit = words.macs(number).partition(" ")
    assert float(figure) < 1000
    assert abs(float(figure) * SCALES[unit] - number) <= 0.0501 * SCALES[unit]


def test_a_size_is_written_with_a_times_sign():
    assert "8 × 8" == words.size(8, 8)


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, "no"), (1, "one"), (5, "five"), (20, "twenty"), (21, "21"), (1_200, "1,200")],
)
def test_numbers_up_to_twenty_are_words(number, expected):
    assert expected == words.number_word(number)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_a_list_is_joined_as_in_a_sentence(parts, expected):
    assert expected == words.join(parts)


def test_one_has_no_plural():
    assert ["0 seeds", "1 seed", "2 seeds"] == [f"{n} {words.plural('seed', n)}" for n in range(3)]


@pytest.mark.parametrize(
    ("label", "expected"),
    [("Max", "max"), ("Blur-max", "blur-max"), ("GeM", "GeM"), ("LIP", "LIP"), ("APS", "APS")],
)
def test_a_label_in_a_sentence_keeps_its_capitals_if_they_are_a_name(label, expected):
    assert expected == words.inside(label)


@pytest.mark.parametrize(
    ("difference", "written"),
    [
        (-0.042, "−4.2"),
        (0.0005, "+0.1"),
        (0.0004, "+0.04"),
        (-0.00004, "−0.004"),
        (-0.000099, "−0.01"),
        (0.0, "0.0"),
        (1e-12, "0.0"),
    ],
)
def test_the_end_of_an_interval_says_on_which_side_of_zero_it_lies(difference, written):
    assert written == words.end_in_points(difference)
