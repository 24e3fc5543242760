"""Do figures stay in their place, follow theme and width, and survive a missing plotly.js?"""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e

TWO = "/accuracy?pooling=max&pooling=average&head=gap&seeds=5"
MAX = {"light": "#1D5AB4", "dark": "#6FA0FF"}


FIRST = "document.querySelector('.js-plotly-plot')"


def test_a_figure_stays_in_its_place_when_its_numbers_change(visitor):
    visitor.open(TWO)
    figure = visitor.figures.first
    expect(figure).to_have_attribute("aria-label", re.compile("[Aa]verage"))
    figure.evaluate("g => { g.dataset.mark = 'here'; }")
    before = figure.evaluate("g => g.data.length")
    visitor.pill("Pooling", "average").click()
    expect(figure).not_to_have_attribute("aria-label", re.compile("[Aa]verage"))
    visitor.page.wait_for_function(f"before => {FIRST}.data.length < before", arg=before)
    expect(figure).to_have_attribute("data-mark", "here")


def test_all_figures_are_drawn_before_anybody_scrolls_there(visitor):
    visitor.open(TWO)
    expect(visitor.figures).to_have_count(5)
    expect(visitor.page.get_by_role("figure")).to_have_count(5)


def test_figures_change_with_the_theme_and_nobody_clicks(visitor):
    page = visitor.page
    page.emulate_media(color_scheme="light")
    visitor.open(TWO)
    for scheme in ("light", "dark", "light"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(
            f"colour => {FIRST}?.data.some(line => line.line?.color === colour)", arg=MAX[scheme]
        )


def test_a_figure_is_as_wide_as_its_card(visitor):
    visitor.open(TWO)
    page = visitor.page
    expect(visitor.figures.first).to_be_visible()
    for width in (1440, 800):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(
            f"() => {FIRST}.clientWidth === {FIRST}.querySelector('.main-svg').clientWidth"
        )


def test_without_plotly_from_this_server_streamlit_draws_it(visitor):
    visitor.page.route("**/plotly.js", lambda route: route.abort())
    visitor.open(TWO)
    expect(visitor.page.get_by_test_id("stPlotlyChart").first).to_be_visible()
    expect(visitor.figures.first).to_be_visible()
