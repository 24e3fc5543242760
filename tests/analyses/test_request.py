"""Does the store return the result of every computation unchanged?"""

import pytest

from core.analyses import (
    EffectiveField,
    EffectiveFieldRequest,
    Fact,
    FactRequest,
    Labels,
    LabelsRequest,
    Latencies,
    Latency,
    LatencyRequest,
    LayerTime,
    Request,
    ShiftMap,
    ShiftMapRequest,
    ShiftSettings,
    StepTime,
    Times,
    TimesRequest,
)
from core.config import Experiment

# other tests have kinds of their own
KINDS = [kind for kind in Request.__subclasses__() if kind.__module__.startswith("core.")]
EXPERIMENT = Experiment()
SETTINGS = ShiftSettings(circular=True, reach=1)
HALVES = ((0.5, 1 / 3, 0.25),) * 3
EXAMPLES = {
    ShiftMapRequest(EXPERIMENT, SETTINGS): ShiftMap(SETTINGS, (8, 8), 20, HALVES, HALVES, 1),
    EffectiveFieldRequest(EXPERIMENT): EffectiveField(100, {"block1.conv": HALVES}),
    FactRequest("light-line"): Fact(True, "Max keeps 100 %.", ({"pool": "max", "share": 1.0},)),  # noqa: FBT003
    LabelsRequest(EXPERIMENT.data): Labels("0009"),
    LatencyRequest((EXPERIMENT,)): Latencies(
        "x86_64",
        {EXPERIMENT.key: (Latency(1, 1, 60, 1e-4, 2e-4), Latency(64, 2, 20, 1e-3, 1.1e-3))},
    ),
    TimesRequest((EXPERIMENT,), 2): Times(
        "x86_64, one thread",
        64,
        {EXPERIMENT.key: StepTime((0.1, 0.2), {"head.pool": LayerTime((1e-5, 2e-5), (0.0, 3.0))})},
    ),
}


@pytest.mark.parametrize("request_", EXAMPLES, ids=lambda request: request.kind)
def test_a_result_comes_back_as_it_was(request_):
    result = EXAMPLES[request_]
    assert result == request_.read(request_.write(result))


def test_every_kind_of_computation_has_an_example():
    kinds = {request.kind for request in EXAMPLES}
    assert kinds == {kind.kind for kind in KINDS}
    assert len(kinds) == len(KINDS)


@pytest.mark.parametrize("request_", EXAMPLES, ids=lambda request: request.kind)
def test_every_computation_says_what_it_takes(request_):
    work = request_.work
    assert 0 < work.macs < 1e13
    assert 0 < work.memory < 2**30
    assert 0 < work.kept < 2**20


@pytest.mark.parametrize("request_", EXAMPLES, ids=lambda request: request.kind)
def test_what_is_no_result_is_refused(request_):
    with pytest.raises(ValueError, match="validation error"):
        request_.read('{"images": "many"}')


def test_only_what_is_timed_is_computed_alone():
    assert {"latency", "times"} == {kind.kind for kind in KINDS if kind.alone}
