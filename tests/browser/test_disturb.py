"""Is an image disturbed as its sliders say, against scipy and against what must stay as it is?"""

import numpy as np
import pytest
from scipy import ndimage

from tests.browser.engine import run

ROWS, COLUMNS, WHITE, GROUND = 9, 12, 16, 3
CHANCE = np.random.default_rng(0)
IMAGE = CHANCE.uniform(0, WHITE, (2, ROWS, COLUMNS)).astype(np.float32)
PICTURE = {"shape": [2, ROWS, COLUMNS], "white": WHITE, "background": [GROUND, 0]}


def disturbed(tmp_path, image=IMAGE, **values):
    case = {"stored": image.ravel().tolist(), "picture": PICTURE, "values": values}
    (result,) = run("disturbances", tmp_path, [case])
    assert case["stored"] == pytest.approx(result["kept"])
    return np.array(result["seen"]).reshape(image.shape), result["said"]


def test_nothing_is_done_where_every_slider_is_at_its_start(tmp_path):
    seen, said = disturbed(tmp_path)
    assert np.array_equal(IMAGE, seen.astype(np.float32))
    assert "" == said


@pytest.mark.parametrize("angle", [-45, -7, 30])
def test_the_image_is_rotated_around_its_middle_over_the_ground(tmp_path, angle):
    seen, said = disturbed(tmp_path, rotation=angle)
    for channel, ground in enumerate(PICTURE["background"]):
        # scipy turns the other way, and drops what lies between the last pixel and the ground
        padded = np.pad(IMAGE[channel], 20, constant_values=ground)
        expected = ndimage.rotate(padded, -angle, reshape=False, order=1, cval=ground)[
            20:-20, 20:-20
        ]
        assert expected == pytest.approx(seen[channel], abs=1e-3)
    assert f"rotation {'−' if angle < 0 else ''}{abs(angle)}°" == said


@pytest.mark.parametrize("deviation", [0.1, 0.7, 2])
def test_the_image_is_blurred_by_a_gaussian(tmp_path, deviation):
    seen, said = disturbed(tmp_path, blur=deviation)
    reach = int(np.ceil(3 * deviation))
    expected = [
        ndimage.gaussian_filter(plane, deviation, mode="nearest", radius=reach) for plane in IMAGE
    ]
    assert np.stack(expected) == pytest.approx(seen, abs=1e-3)
    assert f"blur {deviation} px" == said


def test_contrast_moves_every_value_towards_the_mean_and_stays_within_white(tmp_path):
    flat, _ = disturbed(tmp_path, contrast=0)
    assert IMAGE.mean((1, 2)) == pytest.approx(flat.mean((1, 2)), abs=1e-3)
    assert 0 == pytest.approx(flat.std((1, 2)).max(), abs=1e-4)
    strong, said = disturbed(tmp_path, contrast=200)
    means = IMAGE.mean((1, 2), keepdims=True)
    assert np.clip(means + 2 * (IMAGE - means), 0, WHITE) == pytest.approx(strong, abs=1e-3)
    assert "contrast 200 %" == said


def test_a_square_in_the_middle_shows_the_ground(tmp_path):
    seen, said = disturbed(tmp_path, cover=50)
    changed = (seen != IMAGE).any(0)
    # 4.5 of 9 pixels: those whose middles are inside
    assert (5, 4) == (np.flatnonzero(changed.any(1)).size, np.flatnonzero(changed.any(0)).size)
    assert [GROUND] * 20 == seen[0][changed].tolist()
    assert "covered 50 % of the side" == said


def test_noise_grows_with_its_slider_and_is_the_same_each_time(tmp_path):
    middle = np.full((2, ROWS, COLUMNS), WHITE / 2, dtype=np.float32)
    weak, _ = disturbed(tmp_path, middle, noise=5)
    strong, said = disturbed(tmp_path, middle, noise=10)
    assert 2 * (weak - middle) == pytest.approx(strong - middle, abs=1e-4)
    assert 0.05 * WHITE == pytest.approx((weak - middle).std(), rel=0.15)
    assert np.array_equal(strong, disturbed(tmp_path, middle, noise=10)[0])
    assert "noise 10 % of white" == said


def test_what_is_done_together_is_said_together(tmp_path):
    _, said = disturbed(tmp_path, rotation=-5, noise=3)
    assert "rotation −5°, noise 3 % of white" == said
