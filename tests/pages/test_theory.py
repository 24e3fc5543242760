"""Do Shift and Cost promise what theory gives a network, and no more?"""

import re
from dataclasses import replace

import pytest
import safetensors.torch

from core.analyses import EffectiveFieldRequest, ShiftMapRequest, ShiftSettings
from core.analyses.effective_field import effective_field
from core.analyses.shift import shift_map
from core.analyses.trained import Network
from core.config import Experiment
from core.network.build import build_model
from core.store import RunStore
from tests.pages.dashboard import COST, SHIFT, messages, opened, text
from tests.store.store_samples import a_run


def stored_network(home, **flat):
    """An untrained network in the store, which counts as trained."""
    experiment = Experiment.from_flat(flat)
    model = build_model(experiment.model, experiment.input_shape, experiment.classes)
    weights = safetensors.torch.save(model.state_dict())
    store = RunStore(home / "runs.db")
    store.put(replace(a_run(), experiment=experiment, weights=weights))
    return experiment, Network.of(experiment, weights), store


def keep(store, request, result):
    store.put_analysis(request.key, request.kind, request.settings, request.write(result).encode())


CIRCULAR = {"pooling": "aps", "head": "gap", "padding": "circular"}


def shift_page_of(home, **flat):
    """What the page says about a network whose map under circular shifts is computed."""
    experiment, network, store = stored_network(home, **CIRCULAR, **flat)
    settings = ShiftSettings.of(experiment.input_shape, circular=True)
    found = shift_map(network, settings)
    keep(store, ShiftMapRequest(experiment, settings), found)
    link = {name: str(value) for name, value in experiment.to_flat().items() if name in flat}
    app = opened(SHIFT, shift_border="circular", seeds="1", **CIRCULAR, **link)
    assert [] == messages(app)
    assert f"Unchanged: **{100 * found.mean_same():.1f} %**" in text(app)
    return text(app), found


def test_shift_promises_what_theory_gives_an_aps_network(home):
    said, found = shift_page_of(home)
    assert 1.0 == found.mean_same()
    assert "Exact by theory: 100 %." in said


@pytest.mark.parametrize(
    "window", [{"pool_size": 3}, {"pool_size": 3, "pool_stride": 3, "pools": 1}]
)
def test_shift_promises_nothing_where_windows_do_not_tile_the_map(home, window):
    said, found = shift_page_of(home, **window)
    assert found.mean_same() < 1
    assert "by theory" not in said


@pytest.mark.parametrize("pooling", ["max", "aps"])
def test_cost_counts_no_more_pixels_of_a_wrapped_field_than_there_are(home, pooling):
    flat = {"pooling": pooling, "head": "gap", "padding": "circular"}
    experiment, network, store = stored_network(home, **flat)
    keep(store, EffectiveFieldRequest(experiment), effective_field(network))
    app = opened(COST, field="effective", seeds="1", **flat)
    assert [] == messages(app)
    (counted,) = re.findall(r"come from (\d+) of the (\d+) pixels", text(app))
    assert int(counted[0]) <= int(counted[1]) == 64
