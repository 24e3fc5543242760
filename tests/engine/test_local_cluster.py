"""Is a local cluster closed to everybody but the process that started it?"""

from collections.abc import Iterator

import pytest
from distributed import Client
from distributed.security import Security

from core.config import Experiment
from core.engine import Engine, JobState
from core.store import RunStore


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One that has trained, so that its cluster is up."""
    folder = tmp_path_factory.mktemp("local")
    with Engine(RunStore(folder / "runs.db"), 1) as engine:
        tiny = Experiment.from_flat({"epochs": 1, "train_size": 20, "widths": "4"})
        (job,) = engine.wait(engine.submit([tiny]))
        assert JobState.DONE is job.state
        yield engine


def test_only_the_key_of_the_process_opens_its_local_cluster(engine: Engine):
    address = engine._dispatcher._cluster._local.scheduler_address
    assert address.startswith("tls://127.0.0.1:")
    with pytest.raises(OSError, match="tcp"):
        Client(address.replace("tls://", "tcp://"), timeout=2, set_as_default=False)
    with pytest.raises(OSError, match="TLS"):
        Client(address, timeout=2, security=Security.temporary(), set_as_default=False)


def test_its_workers_are_closed_too(engine: Engine):
    cluster = engine._dispatcher._cluster
    (address,) = cluster._client.nthreads()
    assert address.startswith("tls://127.0.0.1:")
