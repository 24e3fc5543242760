"""Is every number written as people write it: a real minus, no minus at zero, no exponent?"""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cli.report import cell
from core.figures.report import _cell
from core.words import apart, brief, plain, rough, shortest, significant
from pages.shared.link import Range

ORDINARY = st.floats(-1e12, 1e12)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (4.0, "4"),
        (-1.5, "−1.5"),
        (1 / 3, "0.33"),
        (-0.0, "0"),
        (-1e-17, "0"),
        (-0.001, "−0.001"),
        (0.00421, "0.0042"),
        (1e-6, "0.000001"),
        (1e-8, "10⁻⁸"),
        (1234567.89, "1234567.89"),
        (-999999.999, "−1000000"),
        (1e20, "10²⁰"),
        (-2.5e300, "−2.5·10³⁰⁰"),
        (float("inf"), "∞"),
        (float("nan"), "–"),
        (12, "12"),
        (1000, "1000"),
    ],
)
def test_numbers_are_written_as_people_do(value, text):
    assert text == plain(value)


@given(ORDINARY)
def test_a_number_can_be_read_back_and_has_neither_hyphen_nor_exponent(value):
    text = plain(value)
    assert re.fullmatch(r"−?(\d+(\.\d+)?|(\d\.?\d*·)?10⁻[⁰¹²³⁴⁵⁶⁷⁸⁹]+)", text)
    assert "−0" != text
    if "10⁻" not in text:
        assert pytest.approx(value, abs=0.00501) == float(text.replace("−", "-"))


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.05, "0.05"), (1e-6, "0.000001"), (10.0, "10"), (0.0, "0"), (0.3, "0.3"), (4096, "4096")],
)
def test_a_setting_has_all_its_digits_and_no_exponent(value, text):
    assert text == shortest(value)


@given(st.floats(1e-12, 1e12))
def test_a_setting_can_be_read_back(value):
    assert pytest.approx(value, rel=1e-14) == float(shortest(value))


@pytest.mark.parametrize(
    ("value", "text"), [(7.1e-15, "7·10⁻¹⁵"), (0.0034, "0.003"), (42.0, "40"), (0.0, "0")]
)
def test_an_amount_may_be_rough(value, text):
    assert text == rough(value)


@pytest.mark.parametrize(
    ("value", "three", "four"),
    [
        (12345.6, "12,346", "12,346"),
        (0.0123456, "0.0123", "0.01235"),
        (-0.0, "0", "0"),
        (1.0, "1", "1"),
        (-2.5, "−2.5", "−2.5"),
    ],
)
def test_tables_of_reports_and_commands_have_no_exponent(value, three, four):
    assert (
        (three, four)
        == (_cell(value), cell(value))
        == (
            significant(value, 3),
            significant(value, 4),
        )
    )


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (0.0042, "0.00"), (-1e-7, "0.00"), (0.25, "0.25"), (-3, "−3")]
)
def test_what_is_small_in_a_cell_is_not_nothing(value, text):
    assert text == brief(value)


def test_two_numbers_that_differ_are_not_written_alike():
    assert ("5.751", "5.754") == apart(5.751, 5.754)
    assert ("5.75", "5.75") == apart(5.75, 5.75)


def test_the_limits_of_a_parameter_have_no_exponent():
    assert "0.000001 to 10" == str(Range(1e-6, 10.0, 0.01))
