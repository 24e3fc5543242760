"""Claims about time, and the networks that are timed."""

from core.catalog import Head, Page
from core.claims.arms import GALLERY, arm
from core.claims.claim import (
    Claim,
    ClaimArm,
    ExactStatement,
    Expectation,
    Hypothesis,
    Level,
    Metric,
)

# timed on untrained networks with noise as input, so that no data set is needed
_TIMED = {"dataset": "mnist", "train_size": "all", "epochs": 5}


def _timed(pooling: str) -> ClaimArm:
    return ClaimArm(arm("digits", pooling).name, {**_TIMED, "pooling": pooling})


SPEEDS_TRAINING = Claim(
    id="pooling-speeds-training",
    text="Pooling makes training faster.",
    test="Multiply-accumulate operations are counted; the training step on 28 × 28 images (batch "
    "64, widths 16 and 32) is timed in ten rounds, in which the networks take turns.",
    expected="True against no downsampling, not against a stride, which skips three quarters of "
    "the convolution before it.",
    change="A strided network whose step takes longer than that with max pools.",
    page=(Page.COST, {"pooling": ["none", "max", "strided"], "head": "gap", **GALLERY["mnist"]}),
    parts=(
        ExactStatement("A network with max pools needs fewer MACs than one without.", "macs-none"),
        Hypothesis(
            says="A step is faster with max pools than without, by a tenth or more.",
            where="time of a step",
            metric=Metric.STEP_TIME,
            arm=_timed("max"),
            against=_timed("none"),
            least=0.1,
            expected=Expectation.LESS,
        ),
        ExactStatement("It needs fewer MACs than a strided one.", "macs-strided"),
        Hypothesis(
            says="A step is faster with max pools than with strides, by a tenth or more.",
            where="time of a step",
            metric=Metric.STEP_TIME,
            arm=_timed("max"),
            against=_timed("strided"),
            least=0.1,
            expected=Expectation.LESS,
        ),
    ),
    extras=tuple(
        Hypothesis(
            says=f"With max pools the same accuracy is reached sooner than with {name}, digits, "
            "Flatten head.",
            where="time to equal accuracy",
            metric=Metric.TIME_TO_ACCURACY,
            arm=arm("digits", "max", Head.FLATTEN),
            against=arm("digits", name, Head.FLATTEN),
            least=0.1,
            expected=Expectation.LESS,
        )
        for name in ("none", "strided")
    ),
)

SLOW = Claim(
    id="pooling-is-slow",
    text="Max pooling itself is a slow operation.",
    test="Every layer of a network for 28 × 28 images (batch 64, widths 16 and 32) is timed "
    "forward and backward, in ten rounds; then the share of the pools is taken. Slow means "
    "more than a quarter of the time.",
    expected="Refuted: pools are cheap next to convolutions, although some exotic ones are not.",
    change="More than a quarter of the time in the two max pools.",
    page=(Page.COST, {"pooling": ["max", "median", "lp"], "head": "gap", **GALLERY["mnist"]}),
    parts=(
        Hypothesis(
            says="More than a quarter of the time goes into max pools.",
            where="share of the time",
            metric=Metric.POOL_SHARE,
            arm=_timed("max"),
            against=Level(0.25),
            least=0.0,
        ),
    ),
    extras=tuple(
        Hypothesis(
            says=f"More than a quarter of the time goes into {_timed(name).name} pools.",
            where="share of the time",
            metric=Metric.POOL_SHARE,
            arm=_timed(name),
            against=Level(0.25),
            least=0.0,
        )
        for name in ("average", "soft", "blur-max", "stochastic", "gem", "lp", "median", "aps")
    ),
)
