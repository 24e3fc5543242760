"""Does the link to share hold everything?"""

from urllib.parse import parse_qs, urlsplit

import pytest

from core.config.fields import own_defaults
from pages.shared import link, parameters
from pages.shared.share import is_local
from tests.pages.dashboard import ACCURACY, opened, text, title


def shared(app):
    """The parameters of the link to share."""
    app.button(key="share").click().run()
    (address,) = [code.value for code in app.code]
    return parse_qs(urlsplit(address).query, keep_blank_values=True)


def test_the_link_to_share_names_what_differs_the_data_set_and_the_version():
    app = opened(ACCURACY, pooling=["max", "conv"], head="gap", seeds="7", lr="0.05")
    assert [] == list(app.code)
    parts = shared(app)
    assert {
        "pooling": ["max", "conv"],
        "head": ["gap"],
        "seeds": ["7"],
        "lr": ["0.05"],
        "dataset": [app.session_state["dataset"]],
        "v": ["1"],
    } == parts
    again = opened(ACCURACY, **parts)
    assert title(again) == title(app)
    assert "Left out of the link" not in text(again)


@pytest.mark.parametrize("dataset", ["fashion", "shapes", "digits"])
def test_the_own_defaults_of_a_data_set_are_not_in_the_link(dataset):
    app = opened(ACCURACY)
    app.selectbox(key="dataset").set_value(dataset).run()
    assert {"dataset": [dataset], "v": ["1"]} == shared(app)


def test_that_nothing_is_chosen_is_in_the_link():
    app = opened(ACCURACY)
    app.button_group(key="pooling").set_value([]).run()
    assert [""] == shared(app)["pooling"]


DEFAULTS_OF_VERSION_1 = {
    "pooling": ["max", "average"],
    "head": "both",
    "more_heads": [],
    "dropout": ["none"],
    "seeds": 5,
    "chance": "seeds-and-images",
    "show_all": False,
    "body": "plain",
    "depth": 1,
    "padding": "zeros",
    "hidden": 0,
    "pools": "all",
    "pool_size": 2,
    "pool_stride": 2,
    "pool_order": "after-activation",
    "dropout_rate": 0.25,
    "dropout_kind": "element",
    "image_size": 32,
    "colour": "rgb",
    "difficulty": "default",
    "augment_shift": 0,
    "ground": "measured",
    "polarity": "stored",
}
OF_EVERY_DATA_SET = {"train_size": "all", "batch_size": 64, "weight_decay": 0.0005}
PLAIN = {**OF_EVERY_DATA_SET, "widths": "16,32", "norm": "none", "lr": 0.1}
DEEPER = {**OF_EVERY_DATA_SET, "widths": "16,32,64", "norm": "batch", "lr": 0.1}
OWN_DEFAULTS_OF_VERSION_1 = {
    "digits": {**PLAIN, "epochs": 20},
    "shapes": {**PLAIN, "epochs": 12, "lr": 0.05},
    "mnist": {**PLAIN, "epochs": 5},
    "fashion-mnist": {**DEEPER, "epochs": 5},
    "kmnist": {**PLAIN, "epochs": 5},
    "cifar10": {**PLAIN, "epochs": 10},
    "svhn": {**PLAIN, "epochs": 5},
    "fashion": {**DEEPER, "epochs": 6},
}


def test_the_defaults_of_a_version_of_links_stay():
    """A link names what differs from them: another default needs another `link.VERSION`.

    Links of the version before must then get the old default. New parameters may come.
    """
    assert "1" == link.VERSION
    for name, value in DEFAULTS_OF_VERSION_1.items():
        assert value == parameters.DEFAULTS[name], name
    for dataset, own in OWN_DEFAULTS_OF_VERSION_1.items():
        assert own == {name: own_defaults(dataset)[name] for name in own}, dataset


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("http://localhost:8501/cost", True),
        ("http://127.0.0.1:8501/", True),
        ("http://127.0.1.1/", True),
        ("http://[::1]:8501/", True),
        ("http://0.0.0.0:8501/", True),
        ("", True),
        ("http://192.168.1.7:8501/", False),
        ("https://poolscope.example.org/cost?v=1", False),
        ("http://[2001:db8::1]/", False),
    ],
)
def test_only_an_address_that_others_can_reach_has_a_qr_code(address, local):
    assert local is is_local(address)


def test_a_link_of_another_version_is_read_with_a_remark():
    app = opened(ACCURACY, v="2", head="gap")
    assert "version `2` of the link (this Poolscope reads version 1)" in text(app)
