"""Does Cost show what the ledger counts?"""

from tests.pages.dashboard import COST, messages, opened, text


def test_cost_computes_the_effective_field_of_a_trained_network():
    app = opened(COST, field="effective", head="gap", seeds="2")
    assert "One field is not computed" in text(app)
    app.button(key="compute_field").click().run(timeout=60)
    assert [] == messages(app)
    assert "Nine tenths of its gradient come from" in text(app)


def test_cost_measures_time_when_it_is_asked_to():
    app = opened(COST, ledger="measured time, ms", head="gap")
    app.button(key="measure_times").click().run(timeout=60)
    assert [] == messages(app)
    assert "forward + backward, each layer by itself" in text(app)
    tables = [table.value for table in app.dataframe if "layer" in table.value]
    assert any("whole step" in list(table["layer"]) for table in tables)
