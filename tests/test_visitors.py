"""Do several visitors at once see pages and no errors? A short form of `make soak`."""

from tests.visitors import EVERY_PAGE, Crowd, again, visit


def test_visitors_click_through_all_pages_without_an_error(server):
    port = int(server.url.rsplit(":", 1)[1])
    seen = visit(port, Crowd(4, 8.0, EVERY_PAGE, thinking=(0.2, 0.8)))
    assert [] == seen.errors
    assert len(seen.seconds) >= 4
    assert max(seen.sent) < 1_000_000
    seen = again(port, 20, EVERY_PAGE)
    assert [] == seen.errors
    assert 20 == len(seen.seconds)
