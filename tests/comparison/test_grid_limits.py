"""Is a grid file that asks for too much refused before anything is crossed?"""

import time
import tracemalloc

import pytest

from core.comparison import grids
from core.comparison.grids import MOST, MOST_GRID_BYTES, read_grid
from core.config import Experiment
from core.errors import ConfigError

MOST_SECONDS, MOST_BYTES = 1.0, 100e6

SEEDS = f"seed = {list(range(100))}"
RATES = f"lr = {[1 / (n + 1) for n in range(100)]}"
REFUSED = {
    "ten tables of ten thousand": (f"[[grids]]\n{SEEDS}\n{RATES}\n" * 10, "asks for 100,000"),
    "many tables": (f"[[grids]]\nseed = {list(range(20))}\n" * 2_000, "asks for 40,000"),
    "one large product": (f"{SEEDS}\n{RATES}\nhidden = [0, 1]", "asks for 20,000"),
    "a large file": ("# " + "x" * MOST_GRID_BYTES, "larger than a grid may be"),
    "a deep list": ("seed = " + "[" * 20_000 + "]" * 20_000, "nested too deeply"),
    "many digits": ("seed = " + "9" * 20_000, "not valid TOML"),
    "many names": ("".join(f"a{n} = 1\n" for n in range(9_000)), "and 8,997 more: not known"),
    "a bad value after many": (f"{SEEDS}\nlr = {[0.1] * 99 + [-1]}", "lr"),
    "a bad table after a large one": (
        f"[[grids]]\n{SEEDS}\nlr = {[0.1] * 50}\n[[grids]]\nlr = -1",
        "lr",
    ),
    "a table of tables": ("[[grids]]\n" * 20_000, "asks for 20,000"),
}


@pytest.mark.parametrize(("text", "said"), REFUSED.values(), ids=REFUSED)
def test_a_grid_that_asks_for_too_much_is_refused_at_once(tmp_path, text, said):
    path = tmp_path / "grid.toml"
    path.write_text(text)
    began = time.process_time()
    with pytest.raises(ConfigError, match=said):
        read_grid(path)
    assert time.process_time() - began < MOST_SECONDS
    tracemalloc.start()
    with pytest.raises(ConfigError):
        read_grid(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < MOST_BYTES


def test_as_many_experiments_as_are_allowed_are_read(tmp_path):
    path = tmp_path / "grid.toml"
    path.write_text(f"seed = {list(range(300))}")
    assert 300 == len(read_grid(path)) < MOST


@pytest.mark.parametrize("good", ["seed = {n}", "lr = 0.1"])
def test_a_bad_table_after_ten_thousand_good_ones_is_refused_before_any_is_crossed(
    tmp_path, good, monkeypatch
):
    """Each value of each table is tried once: that takes half a second, on whatever machine."""
    path = tmp_path / "grid.toml"
    tables = [good.format(n=n) for n in range(MOST - 1)]
    path.write_text("".join(f"[[grids]]\n{table}\n" for table in [*tables, "lr = -1"]))
    tried = []
    build = Experiment.from_flat
    monkeypatch.setattr(
        grids.Experiment, "from_flat", lambda flat: tried.append(flat) or build(flat)
    )
    with pytest.raises(ConfigError, match="lr: input should be greater than 0; received -1"):
        read_grid(path)
    assert len(tables) < len(tried) <= MOST + 1
