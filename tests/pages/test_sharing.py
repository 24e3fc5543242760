"""Does the link to share hold everything?"""

from urllib.parse import parse_qs, urlsplit

from tests.pages.dashboard import ACCURACY, opened, text, title


def test_the_link_to_share_writes_every_control_out():
    app = opened(ACCURACY, pooling=["max", "conv"], head="gap", seeds="7", lr="0.05")
    assert [] == list(app.code)
    app.button(key="share").click().run()
    (address,) = [code.value for code in app.code]
    shared = parse_qs(urlsplit(address).query, keep_blank_values=True)
    assert {"pooling": ["max", "conv"], "head": ["gap"], "seeds": ["7"], "lr": ["0.05"]} == {
        name: shared[name] for name in ("pooling", "head", "seeds", "lr")
    }
    # what is at its default too, so that another default changes nothing
    assert ["16,32"] == shared["widths"]
    assert ["1"] == shared["v"]
    again = opened(ACCURACY, **shared)
    assert title(again) == title(app)
    assert "Left out of the link" not in text(again)


def test_a_link_of_another_version_is_read_with_a_remark():
    app = opened(ACCURACY, v="2", head="gap")
    assert "version `2` of the link (this Poolscope reads version 1)" in text(app)
