"""What is said about time, and the networks on the clock."""

from core.catalog import Head
from core.claims.arms import GALLERY, arm, called
from core.claims.claim import Claim, Contrast, Exact, Kind, Metric, Recipe

# measured on untrained networks: a step takes as long on noise, and needs no data set
_TIMED = {"dataset": "mnist"}


def _timed(pooling: str) -> Recipe:
    return called(arm("digits", pooling).name, Recipe(pooling, {**_TIMED, "pooling": pooling}))


_SPEED = Claim(
    id="pooling-speeds-training",
    text="Pooling makes training faster.",
    kind=Kind.BOTH,
    test="Multiply-accumulate operations are counted; the step of a training on 28 × 28 images "
    "(batch 64, widths 16 and 32) is timed in ten rounds in which the arms take turns.",
    expected="True against no downsampling, not against a stride, which skips three quarters of "
    "the convolution before it.",
    change="A strided network whose step takes longer than that with max pools.",
    page=("cost", {"pooling": ["none", "max", "strided"], "head": "gap", **GALLERY["mnist"]}),
    parts=(
        Exact("A network with max pools needs fewer MACs than one without.", "macs-none"),
        Contrast(
            says="A step is faster with max pools than without, by a tenth or more.",
            where="time of a step",
            metric=Metric.STEP_TIME,
            arm=_timed("max"),
            control=_timed("none"),
            least=0.1,
            sign=-1,
        ),
        Exact("It needs fewer MACs than a strided one.", "macs-strided"),
        Contrast(
            says="A step is faster with max pools than with strides, by a tenth or more.",
            where="time of a step",
            metric=Metric.STEP_TIME,
            arm=_timed("max"),
            control=_timed("strided"),
            least=0.1,
            sign=-1,
        ),
    ),
    beside=tuple(
        Contrast(
            says=f"With max pools the same accuracy is reached sooner than with {name}, digits, "
            "Flatten head.",
            where="time to equal accuracy",
            metric=Metric.TIME_TO_ACCURACY,
            arm=arm("digits", "max", Head.FLATTEN),
            control=arm("digits", name, Head.FLATTEN),
            least=0.1,
            sign=-1,
        )
        for name in ("none", "strided")
    ),
)

_SLOW = Claim(
    id="pooling-is-slow",
    text="Max pooling itself is a slow operation.",
    kind=Kind.MEASURED,
    test="Every layer of a network for 28 × 28 images (batch 64, widths 16 and 32) is timed "
    "forward and backward, in ten rounds; the share of the pools is taken. Slow means: more than "
    "a quarter of the time.",
    expected="Refuted: pools are cheap beside convolutions, and some exotic ones are not.",
    change="More than a quarter of the time in the two max pools.",
    page=("cost", {"pooling": ["max", "median", "lp"], "head": "gap", **GALLERY["mnist"]}),
    parts=(
        Contrast(
            says="More than a quarter of the time goes into max pools.",
            where="share of the time",
            metric=Metric.POOL_SHARE,
            arm=_timed("max"),
            level=0.25,
            least=0.0,
        ),
    ),
    beside=tuple(
        Contrast(
            says=f"More than a quarter of the time goes into {_timed(name).name} pools.",
            where="share of the time",
            metric=Metric.POOL_SHARE,
            arm=_timed(name),
            level=0.25,
            least=0.0,
        )
        for name in ("average", "soft", "blur-max", "stochastic", "gem", "lp", "median", "aps")
    ),
)

SPEED = (_SPEED, _SLOW)
