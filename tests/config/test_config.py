"""Does a configuration say what was asked for, refuse what is not allowed, and have one key?"""

import hashlib
import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalog import DATASETS, HEADS, POOLINGS, Dataset, DropoutPosition, Head, Pooling
from core.config import SECTION_OF, DataConfig, Experiment, ModelConfig, TrainingConfig
from core.errors import ConfigError

DEFAULT_KEY = "dd82d68869f005be"

flats = st.fixed_dictionaries(
    {},
    optional={
        "dataset": st.sampled_from(list(DATASETS)),
        "train_size": st.one_of(st.just("all"), st.integers(10, 1197)),
        "image_size": st.integers(8, 128),
        "colour": st.sampled_from(["grey", "rgb"]),
        "difficulty": st.sampled_from(["easy", "default", "hard"]),
        "polarity": st.sampled_from(["stored", "light-on-dark", "dark-on-light"]),
        "augment_shift": st.integers(0, 8),
        "widths": st.sampled_from(["8", "16,32", "4,4,4"]),
        "body": st.sampled_from(["plain", "residual"]),
        "depth": st.sampled_from([1, "1", 2, 4]),
        "pooling": st.sampled_from(list(POOLINGS)),
        "pools": st.one_of(st.just("all"), st.integers(0, 1)),
        "pool_size": st.integers(2, 4),
        "pool_stride": st.integers(1, 4),
        "pool_order": st.sampled_from(["after-activation", "before-activation"]),
        "padding": st.sampled_from(["zeros", "circular", "valid"]),
        "norm": st.sampled_from(["none", "batch"]),
        "head": st.sampled_from(list(HEADS)),
        "hidden": st.integers(0, 512),
        "dropout": st.sampled_from(list(DropoutPosition)),
        "dropout_rate": st.floats(0, 0.9),
        "dropout_kind": st.sampled_from(["element", "channel"]),
        "epochs": st.integers(1, 1000),
        "lr": st.floats(1e-6, 10),
        "seed": st.integers(0, 2**31 - 1),
    },
)


@given(flats)
def test_flat_names_lead_back_to_the_same_experiment(flat):
    experiment = Experiment.from_flat(flat)
    again = Experiment.from_flat(experiment.to_flat())
    assert experiment == again
    assert experiment.key == again.key


def test_flat_form_holds_every_flat_name():
    assert set(SECTION_OF) == set(Experiment.from_flat({}).to_flat())


def test_key_is_the_start_of_the_hash_of_the_canonical_json():
    experiment = Experiment.from_flat({})
    digest = hashlib.sha256(experiment.canonical_json.encode()).hexdigest()
    assert digest[:16] == experiment.key


def test_key_of_the_default_experiment_stays_what_it_was_when_links_were_made():
    assert DEFAULT_KEY == Experiment.from_flat({}).key


def test_canonical_json_is_sorted_and_names_the_data_by_fingerprint():
    content = json.loads(Experiment.from_flat({}).canonical_json)
    assert sorted(content) == list(content)
    assert DATASETS[Dataset.DIGITS].fingerprint == content["fingerprint"]


def test_sections_and_flat_names_build_the_same_experiment():
    nested = Experiment(
        data=DataConfig(train_size=100),
        model=ModelConfig(pooling=Pooling.AVERAGE),
        training=TrainingConfig(epochs=3),
        seed=7,
    )
    flat = Experiment.from_flat({"train_size": 100, "pooling": "average", "epochs": 3, "seed": 7})
    assert flat == nested


def test_defaults_of_the_data_set_are_filled_in_before_hashing():
    recipe = DATASETS[Dataset.DIGITS].training
    explicit = {"epochs": recipe.epochs, "batch_size": recipe.batch_size, "lr": recipe.lr}
    assert Experiment.from_flat(explicit).key == Experiment.from_flat({}).key


@pytest.mark.parametrize(
    ("dataset", "own"),
    [("fashion", {"widths": "16,32,64", "norm": "batch", "epochs": 6}), ("digits", {})],
)
def test_a_data_set_has_defaults_of_its_own_which_any_value_replaces(dataset, own):
    default = Experiment.from_flat({"dataset": dataset})
    assert default.key == Experiment.from_flat({"dataset": dataset, **own}).key
    assert {**default.to_flat(), **own} == default.to_flat()
    chosen = {"widths": "16,32", "norm": "none", "epochs": 2}
    flat = Experiment.from_flat({"dataset": dataset, **chosen}).to_flat()
    assert {**flat, **chosen} == flat
    # built from sections as from names, and kept by every change
    assert default == Experiment(data=DataConfig(dataset=Dataset(dataset)), model=ModelConfig())
    assert default.key == default.with_flat(seed=1).with_flat(seed=0).key


@pytest.mark.parametrize(("pooling", "revised"), [("blur-max", True), ("max", False)])
def test_a_pooling_whose_formula_was_mended_has_keys_of_its_own(pooling, revised):
    assert revised == (
        "revision" in json.loads(Experiment.from_flat({"pooling": pooling}).canonical_json)
    )


NINE = {"dataset": "shapes", "image_size": 9}
TEN = {"dataset": "shapes", "image_size": 10, "pool_stride": 3}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"dropout_rate": 0.5, "dropout_kind": "channel"}, {}),
        ({"dropout": "head", "dropout_rate": 0}, {}),
        ({"dropout": "head", "dropout_kind": "channel"}, {"dropout": "head"}),
        ({"pooling": "strided", "pool_size": 3}, {"pooling": "strided"}),
        ({"pooling": "none", "pool_size": 3, "pool_stride": 3, "pools": 1}, {"pooling": "none"}),
        ({"pooling": "none", "pool_order": "before-activation"}, {"pooling": "none"}),
        ({"pooling": "min", "pool_order": "before-activation"}, {"pooling": "min"}),
        ({"pooling": "max", "pools": 0}, {"pooling": "none"}),
        ({"pools": 2}, {}),
        ({"pools": 3, "dataset": "fashion"}, {"dataset": "fashion"}),
        ({"train_size": 1197}, {}),
        ({"polarity": "light-on-dark"}, {}),
        ({"image_size": 64, "colour": "grey", "difficulty": "hard"}, {}),
        ({"dataset": "shapes", "colour": "grey"}, {"dataset": "shapes"}),
        (
            {"pooling": "strided", "dropout": "before-pool"},
            {"pooling": "strided", "dropout": "after-pool"},
        ),
        ({"widths": "16", "dropout": "after-pool"}, {"widths": 16, "dropout": "after-last-pool"}),
        ({"seed": "3", "hidden": "64"}, {"seed": 3, "hidden": 64}),
        ({"body": "plain", "depth": "1"}, {}),
        ({"pooling": "fractional-max", "pool_stride": 1}, {"pooling": "max", "pool_stride": 1}),
        (
            {"dropout": "before-pool", "dropout_kind": "channel", "pooling": "median"},
            {"dropout": "after-pool", "dropout_kind": "channel", "pooling": "median"},
        ),
        # 9 rows hold four windows of 2 and of 3; 4 rows hold two windows of 2, and one of 3
        (
            {"pooling": "spectral", "pool_size": 3, **NINE, "pools": 1},
            {"pooling": "spectral", **NINE, "pools": 1},
        ),
        (
            {"pooling": "conv", "pool_size": 4, **TEN, "pools": 1},
            {"pooling": "conv", "pool_size": 3, **TEN, "pools": 1},
        ),
    ],
)
def test_one_network_has_one_key(first, second):
    assert Experiment.from_flat(first).key == Experiment.from_flat(second).key


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"pooling": "spectral", "pool_size": 3, **NINE}, {"pooling": "spectral", **NINE}),
        ({"pooling": "max", "pool_size": 3, **NINE}, {"pooling": "max", **NINE}),
        ({"pooling": "lps", "pool_size": 3, **NINE}, {"pooling": "lps", **NINE}),
        (
            {"dropout": "before-pool", "dropout_kind": "channel", "pooling": "average"},
            {"dropout": "after-pool", "dropout_kind": "channel", "pooling": "average"},
        ),
    ],
)
def test_two_networks_have_two_keys(first, second):
    assert Experiment.from_flat(first).key != Experiment.from_flat(second).key


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 1},
        {"pooling": "average"},
        {"head": "flatten"},
        {"dropout": "head"},
        {"dropout": "before-pool"},
        {"polarity": "dark-on-light"},
        {"pools": 1},
        {"body": "residual"},
        {"depth": 2},
        {"pooling": "strided", "pool_stride": 1},
        {"train_size": 100},
        {"lr": 0.05},
        {"dataset": "shapes"},
    ],
)
def test_what_changes_the_training_changes_the_key(change):
    assert Experiment.from_flat(change).key != Experiment.from_flat({}).key


def test_each_body_and_depth_is_a_network_of_its_own():
    depths = itertools.product(("plain", "residual"), range(1, 5))
    experiments = [Experiment.from_flat({"body": body, "depth": depth}) for body, depth in depths]
    assert 8 == len({experiment.key for experiment in experiments})
    assert all("body" in e.canonical_json or e.model.body == "plain" for e in experiments)
    assert not {"body", "depth"} & json.loads(experiments[0].canonical_json)["model"].keys()


def test_each_size_and_difficulty_of_the_shapes_has_a_key_and_a_fingerprint():
    flats = [{}, {"image_size": 64}, {"difficulty": "easy"}, {"difficulty": "hard"}]
    shapes = [Experiment.from_flat({"dataset": "shapes", **flat}) for flat in flats]
    assert len(flats) == len({experiment.key for experiment in shapes})
    assert len(flats) == len({experiment.data.entry.fingerprint for experiment in shapes})
    assert (1, 64, 64) == shapes[1].input_shape


@pytest.mark.parametrize(
    ("flat", "message"),
    [
        (
            {"pooling": "maxx"},
            "pooling: 'maxx' is not known; did you mean max? allowed: max, average, ",
        ),
        ({"head": "gaap"}, "head: 'gaap' is not known; did you mean gap? allowed: gap, flatten, "),
        ({"dataset": "imagenet"}, "dataset: 'imagenet' is not known; allowed: digits, shapes, "),
        ({"poling": "max"}, "poling: not known; allowed: dataset, train_size, "),
        ({"epochs": 0}, "epochs: input should be greater than or equal to 1; received 0"),
        ({"epochs": "many"}, "epochs: input should be a valid integer"),
        ({"lr": "nan"}, "lr: input should be "),
        ({"lr": "inf"}, "lr: input should be less than or equal to 10"),
        ({"dropout": "everywhere"}, "dropout: input should be 'none', 'input', "),
        ({"dropout_rate": 1}, "dropout_rate: input should be less than or equal to 0.9"),
        ({"train_size": 5}, "train_size: digits has 1197 training images in 10 classes"),
        ({"train_size": 5000}, "so 10 to 1197 or all is allowed; received 5000"),
        ({"train_size": "few"}, "train_size: a whole number or all is allowed; received 'few'"),
        ({"pools": 3}, "pools: the network has 2 blocks (widths 16, 32), so 0 to 2 or all"),
        ({"widths": "16,x"}, "widths: whole numbers separated by commas, as in 16,32; received"),
        ({"widths": ""}, "widths: "),
        (
            {"norm": "batch", "batch_size": 1},
            "batch_size: batch norm needs 2 images or more; received 1",
        ),
        ({"seed": -1}, "seed: input should be greater than or equal to 0; received -1"),
    ],
)
def test_a_value_that_is_not_allowed_is_named_with_what_is_allowed(flat, message):
    with pytest.raises(ConfigError) as caught:
        Experiment.from_flat(flat)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_wrong_field_is_named_once():
    with pytest.raises(ConfigError) as caught:
        Experiment.from_flat({"lr": -1, "epochs": 0, "widths": "a,b"})
    clauses = str(caught.value).split("; ")
    assert ["widths", "epochs", "lr"] == [c.split(":")[0] for c in clauses if ": " in c]


def test_every_name_has_an_entry():
    assert set(Dataset) == set(DATASETS)
    assert set(Pooling) == set(POOLINGS)
    assert set(Head) == set(HEADS)


def test_a_configuration_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        Experiment.from_flat({}).seed = 3


def test_a_changed_copy_fills_in_and_normalises_again():
    strided = Experiment.from_flat({"pool_size": 3}).with_flat(pooling="strided")
    assert strided.model.pool_size == 2
