"""Does the card of a decision recommend by its budget, and say what is missing?"""

from tests.pages.dashboard import COST, alts, messages, opened, text

SIDEBAR = {"dataset": "digits", "seeds": "5"}


def test_without_a_budget_a_network_is_recommended_with_its_evidence():
    app = opened(COST, **SIDEBAR)
    assert [] == messages(app)
    said = text(app)
    assert "No budget is set, so all 4 trained networks are considered." in said
    assert "of the test images right, over 5 seeds" in said
    assert "20.5 kB of weights" in said


def test_the_budget_of_a_link_decides():
    app = opened(COST, **SIDEBAR, budget_kilobytes="21")
    assert "2 of 4 networks meet this budget." in text(app)
    assert 21 == app.number_input(key="budget_kilobytes").value
    app.number_input(key="budget_kilobytes").set_value(1.0).run()
    assert "No network meets this budget. The nearest is " in text(app)
    assert "20.5 times what is allowed" in text(app)


def test_what_was_not_measured_is_offered_or_named():
    app = opened(COST, **SIDEBAR, budget_agreement="50", budget_milliseconds="100")
    assert [] == messages(app)
    said = text(app)
    assert "may meet this budget" in said
    assert "has not been measured" in said
    assert "Shift maps are stored for 0 of 4 networks" in said
    assert "One table of latencies is not computed" in said


def test_a_measured_time_counts():
    app = opened(COST, **SIDEBAR, budget_milliseconds="10000")
    app.button(key="measure_latency").click().run(timeout=120)
    assert [] == messages(app)
    assert "4 of 4 networks meet this budget." in text(app)
    assert " ms for one image" in text(app)
    app.selectbox(key="ledger").set_value("latency of one image, ms").run()
    (table,) = [table.value for table in app.dataframe if "network" in table.value]
    assert 4 == len(table)
    assert {"network", "batch 1, 1 thread", "batch 64, 1 thread"} <= set(table)


def test_a_measured_time_is_an_axis_of_accuracy_against_cost():
    app = opened(COST, **SIDEBAR, against="latency")
    assert "One table of latencies is not computed" in text(app)
    app.button(key="measure_against").click().run(timeout=120)
    assert [] == messages(app)
    assert "Measured on this server at a batch of 1 on one thread" in text(app)
    (chart,) = [alt for alt in alts(app) if alt.startswith("Test accuracy against latency")]
    assert 4 == chart.count(" ms")


def test_without_runs_nothing_is_recommended(no_gallery):
    app = opened(COST, **SIDEBAR)
    assert [] == messages(app)
    assert "No network of this comparison is trained" in text(app)
