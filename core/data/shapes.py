"""Synthetic pictures: ten classes of shapes and textures, drawn from a seed, in any size.

Five classes differ in outline (disc, ring, square, triangle, cross) and five in texture
(horizontal and vertical stripes, checks, dots, speckle, on a patch that is round or square).
Position, size, angle, contrast, clutter and noise of each picture are random; the difficulty sets
their ranges. A picture looks the same at every size, except for its resolution and its noise.

The bytes are the same on every processor, because 32-bit floats are only added, multiplied,
divided, compared and square-rooted, and random numbers are the integers of `RandomState`. A sine
or a logarithm could differ in its last bit.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from core.catalog import DATASETS, Dataset, Difficulty, shapes_entry
from core.data.splits import Raw

Floats = NDArray[np.float32]

SHAPES_SEED = 20_26
PAINTED_AT_ONCE = 256
"""number of pictures drawn at a time, which bounds the memory"""


@dataclass(frozen=True, slots=True)
class Range:
    """An interval from which numbers are drawn uniformly."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Hardness:
    """What a difficulty sets. Lengths are fractions of the picture's side, light is 0 to 1.

    Attributes:
        radius: radius of the shape or patch.
        off_centre: largest distance of its centre from the picture's, in each direction.
        tilt: largest tangent of half its angle; 0.2 is 23 degrees.
        contrast: how much lighter than the ground it is.
        clutter: number of thin strokes drawn across the picture.
        stroke: how much lighter than the ground the strokes are.
        noise: largest change of a pixel by noise, which has a triangular distribution.
    """

    radius: Range
    off_centre: float
    tilt: float
    contrast: Range
    clutter: int
    stroke: Range
    noise: float


HARDNESS: dict[Difficulty, Hardness] = {
    Difficulty.EASY: Hardness(
        radius=Range(0.28, 0.38),
        off_centre=0.08,
        tilt=0.05,
        contrast=Range(0.5, 0.7),
        clutter=0,
        stroke=Range(0.0, 0.0),
        noise=0.1,
    ),
    Difficulty.DEFAULT: Hardness(
        radius=Range(0.18, 0.36),
        off_centre=0.2,
        tilt=0.15,
        contrast=Range(0.25, 0.6),
        clutter=3,
        stroke=Range(0.1, 0.5),
        noise=0.25,
    ),
    Difficulty.HARD: Hardness(
        radius=Range(0.14, 0.32),
        off_centre=0.28,
        tilt=0.25,
        contrast=Range(0.15, 0.45),
        clutter=5,
        stroke=Range(0.1, 0.5),
        noise=0.35,
    ),
}

SHAPES_GROUND = 64 / 255
"""light of the ground, also of the pixels shifted in when a picture is moved"""

STROKE_WIDTH = 0.02

HALF, ONE, TWO, ONE_BYTE = (np.float32(value) for value in (0.5, 1, 2, 255))


class _Dice:
    """Uniform random numbers from a stream that numpy guarantees never to change."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.RandomState(seed)

    def between(self, low: float, high: float, *shape: int) -> Floats:
        """Draw uniform numbers; made from integers, so that they agree on every processor."""
        steps = self._random.randint(0, 1 << 16, size=shape, dtype=np.uint16)
        share = steps.astype(np.float32) / np.float32(65_535)
        return np.float32(low) + np.float32(high - low) * share


def generate(image_size: int, difficulty: Difficulty) -> Raw:
    """Draw the whole data set.

    Args:
        image_size: side of a picture in pixels.
        difficulty: how hard the classes are to tell apart.

    Returns:
        Pictures (N, 1, image_size, image_size), light on dark, and their classes.
    """
    entry = shapes_entry(image_size, difficulty)
    count = entry.splits.train + entry.splits.validation + entry.splits.test
    dice = _Dice(SHAPES_SEED)
    labels = (np.arange(count) % len(entry.classes)).astype(np.int64)
    pictures = [
        _draw(labels[start : start + PAINTED_AT_ONCE], image_size, HARDNESS[difficulty], dice)
        for start in range(0, count, PAINTED_AT_ONCE)
    ]
    default = entry.fingerprint == DATASETS[Dataset.SHAPES].fingerprint
    # data with other settings are identified by the generator and the settings
    return Raw(np.concatenate(pictures), labels, known_as=None if default else entry.fingerprint)


def _draw(
    labels: NDArray[np.int64], side: int, hardness: Hardness, dice: _Dice
) -> NDArray[np.uint8]:
    """Draw pictures (N, 1, side, side) of the given classes."""
    n = len(labels)
    down, right = _pixel_centres(side)
    ground = np.full((n, side, side), SHAPES_GROUND, dtype=np.float32)
    for _ in range(hardness.clutter):
        ground += _stroke(n, side, hardness.stroke, dice)
    radius = dice.between(hardness.radius.low, hardness.radius.high, n)
    reach = hardness.off_centre
    y = down - dice.between(-reach, reach, n)[:, None, None]
    x = right - dice.between(-reach, reach, n)[:, None, None]
    cosine, sine = _turn(dice.between(-hardness.tilt, hardness.tilt, n))
    u: Floats = np.divide(cosine * x + sine * y, radius[:, None, None])
    v: Floats = np.divide(cosine * y - sine * x, radius[:, None, None])
    # one pixel in units of the radius: outlines are blurred over one pixel
    pixel = (np.float32(1 / side) / radius)[:, None, None]
    round_patch = (dice.between(0, 1, n) < HALF)[:, None, None]
    canvas = _Canvas(u, v, pixel, round_patch, dice.between(0, 1, n, side, side))
    cover = np.empty((n, side, side), dtype=np.float32)
    for label, paint in enumerate(_PAINTS):
        chosen = labels == label
        cover[chosen] = paint(canvas.of(chosen))
    contrast = dice.between(hardness.contrast.low, hardness.contrast.high, n)[:, None, None]
    noise = dice.between(-1, 1, n, side, side) + dice.between(-1, 1, n, side, side)
    light = ground + contrast * cover + np.float32(hardness.noise / 2) * noise
    stored: NDArray[np.uint8] = (np.clip(light, 0, 1) * ONE_BYTE + HALF).astype(np.uint8)
    return stored[:, None]


def _pixel_centres(side: int) -> tuple[Floats, Floats]:
    """Row (side, 1) and column (1, side) positions of the pixels, -1/2 to 1/2."""
    places = (np.arange(side, dtype=np.float32) + HALF) / np.float32(side)
    places -= HALF
    return places[:, None], places[None, :]


def _turn(half_tangent: Floats) -> tuple[Floats, Floats]:
    """Cosine and sine of an angle, from the tangent of half of it by arithmetic alone."""
    square = half_tangent * half_tangent
    cosine = (ONE - square) / (ONE + square)
    sine = TWO * half_tangent / (ONE + square)
    return cosine[:, None, None], sine[:, None, None]


def _stroke(n: int, side: int, light: Range, dice: _Dice) -> Floats:
    """Light (N, side, side) of a thin straight stroke, random in place, direction and length."""
    down, right = _pixel_centres(side)
    middle = dice.between(-0.5, 0.5, 2, n)
    # the tangent of half the angle: the directions are nearly uniform
    cosine, sine = _turn(dice.between(-1, 1, n))
    y, x = down - middle[0, :, None, None], right - middle[1, :, None, None]
    along, across = cosine * x + sine * y, cosine * y - sine * x
    half_length = dice.between(0.08, 0.25, n)[:, None, None]
    inside = np.minimum(half_length - np.abs(along), np.float32(STROKE_WIDTH) - np.abs(across))
    strength = dice.between(light.low, light.high, n)[:, None, None]
    return strength * _soft(inside, np.float32(1 / side))


def _soft(inside: Floats, pixel: Floats | np.float32) -> Floats:
    """1 inside, 0 outside, a ramp one pixel wide; `inside` is the signed distance to the edge."""
    share: Floats = np.clip(inside / pixel + HALF, 0, 1)
    return share


@dataclass(frozen=True, slots=True)
class _Canvas:
    """Coordinates in which pictures are painted, one row per picture.

    Attributes:
        u: (N, side, side) position along the shape's own first axis, in units of its radius.
        v: (N, side, side) position along its second axis.
        pixel: (N, 1, 1) side of a pixel in the same units.
        round_patch: (N, 1, 1) whether a texture fills a disc or a square.
        speckle: (N, side, side) uniform random numbers, 0 to 1.
    """

    u: Floats
    v: Floats
    pixel: Floats
    round_patch: NDArray[np.bool_]
    speckle: Floats

    def of(self, chosen: NDArray[np.bool_]) -> "_Canvas":
        """The canvas of the chosen pictures."""
        return _Canvas(*(getattr(self, field.name)[chosen] for field in fields(self)))

    def patch(self) -> Floats:
        """The patch that a texture fills; drawn at random, so that it does not reveal the class."""
        return np.where(self.round_patch, _disc(self), _square(self))


def _disc(at: _Canvas) -> Floats:
    return _soft(np.float32(0.85) - np.sqrt(at.u * at.u + at.v * at.v), at.pixel)


def _ring(at: _Canvas) -> Floats:
    distance = np.abs(np.sqrt(at.u * at.u + at.v * at.v) - np.float32(0.7))
    return _soft(np.float32(0.18) - distance, at.pixel)


def _square(at: _Canvas) -> Floats:
    return _soft(np.float32(0.75) - np.maximum(np.abs(at.u), np.abs(at.v)), at.pixel)


def _triangle(at: _Canvas) -> Floats:
    # equilateral, pointing up; 0.866 is half the square root of 3
    slanted = np.float32(0.8660254) * np.abs(at.u) - HALF * at.v
    return _soft(HALF - np.maximum(slanted, at.v), at.pixel)


def _cross(at: _Canvas) -> Floats:
    narrow, long = np.float32(0.28), np.float32(0.95)
    horizontal = np.minimum(long - np.abs(at.u), narrow - np.abs(at.v))
    vertical = np.minimum(narrow - np.abs(at.u), long - np.abs(at.v))
    return _soft(np.maximum(horizontal, vertical), at.pixel)


def _horizontal_stripes(at: _Canvas) -> Floats:
    return at.patch() * _wave(at.v)


def _vertical_stripes(at: _Canvas) -> Floats:
    return at.patch() * _wave(at.u)


def _checks(at: _Canvas) -> Floats:
    rows, columns = _wave(at.v), _wave(at.u)
    return at.patch() * (rows + columns - TWO * rows * columns)


def _dots(at: _Canvas) -> Floats:
    return at.patch() * _wave(at.u) * _wave(at.v)


def _speckle(at: _Canvas) -> Floats:
    grains: Floats = np.rint(at.speckle)
    return at.patch() * grains


def _wave(place: Floats) -> Floats:
    """Alternate between 0 and 1 with a period of half a radius and soft edges."""
    phase = place * TWO
    triangle = np.abs(phase - np.floor(phase) - HALF) * TWO
    wave: Floats = np.clip((triangle - HALF) * np.float32(3) + HALF, 0, 1)
    return wave


_PAINTS: tuple[Callable[[_Canvas], Floats], ...] = (
    _disc,
    _ring,
    _square,
    _triangle,
    _cross,
    _horizontal_stripes,
    _vertical_stripes,
    _checks,
    _dots,
    _speckle,
)
"""one per class, in the order of the catalog; each returns the coverage, 0 to 1"""
