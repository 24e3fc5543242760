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


def test_every_choice_of_a_network_and_a_layer_is_in_the_link():
    link = {"head": "gap", "dataset": "digits"}
    app = opened(
        COST,
        **link,
        field_of="average gap",
        field_layer="block1.pool",
        code_of="average gap",
        ledger="every figure of one network",
        ledger_of="average gap",
    )
    assert [] == messages(app)
    assert "Left out of" not in text(app)
    for key in ("field_of", "code_of", "ledger_of"):
        assert "average gap" == app.selectbox(key=key).value
    assert "After block1.pool" in text(app)
    assert "pooling average" in app.code[0].value
    # a network that is no longer compared stays in no link
    app.pills(key="pooling").set_value(["max", "none"]).run()
    assert "max gap" == app.selectbox(key="field_of").value
