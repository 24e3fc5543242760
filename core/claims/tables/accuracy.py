"""Claims about accuracy, and the networks that decide them."""

from itertools import product

from core.catalog import Head, Page
from core.claims.arms import LEAST_ACCURACY, arm, tuned
from core.claims.claim import (
    Certainty,
    Claim,
    ClaimArm,
    ExactStatement,
    Expectation,
    Finding,
    Hypothesis,
    Metric,
)
from core.claims.tables.shared import BOTH_HEADS, MISHKIN, MOUTON, SMALL_SET

_SPRINGENBERG = Finding(
    "Springenberg et al. 2014 (CIFAR-10 error, model C)",
    "base 9.74, strided 10.19, ConvPool 9.31, All-CNN 9.08 %.",
    Certainty.SECOND_HAND,
)
_REPRODUCED = Finding(
    "an independent reproduction of Springenberg et al. (CIFAR-10 error)",
    "base 11.11, strided 12.91, ConvPool 11.09, All-CNN 11.17 %.",
    Certainty.READ,
)


_TWO_SETS = ("digits", "shapes")


RAISES_ACCURACY = Claim(
    id="pooling-raises-accuracy",
    text="Pooling raises accuracy.",
    test="Max and average pooling are compared with no downsampling at all, with equal channels, "
    "under both heads, on three data sets. Validation chooses the learning rate of each network "
    "from three.",
    expected="It depends on the head and the data; without pooling, Flatten on small images is "
    "hard to beat.",
    change="Every pool ahead under both heads on all three data sets.",
    parts=tuple(
        Hypothesis(
            says=f"{name.capitalize()} is ahead of none, {label} head, {data}.",
            where=f"{label}, {data}",
            metric=Metric.TEST_ACCURACY,
            arm=tuned(data, name, head),
            against=tuned(data, "none", head),
            least=LEAST_ACCURACY[data],
        )
        for data in LEAST_ACCURACY
        for head, label in BOTH_HEADS
        for name in ("max", "average")
    ),
    extras=tuple(
        Hypothesis(
            says=f"{name.capitalize()} is ahead of none, {label} head, 100 images of digits.",
            where=f"{label}, 100 images of digits",
            metric=Metric.TEST_ACCURACY,
            arm=tuned("digits", name, head, **SMALL_SET),
            against=tuned("digits", "none", head, **SMALL_SET),
            least=0.01,
        )
        for head, label in BOTH_HEADS
        for name in ("max", "average")
    ),
    literature=(_SPRINGENBERG,),
)


BEST_POOL = Claim(
    id="which-pool-is-best",
    text="Max pooling is the best: ahead of average and of min.",
    test="Max, average and min with a GAP head, on light strokes against a dark ground and on the "
    "negatives of the same images. Validation chooses the learning rate of each network "
    "from three.",
    expected="It depends on polarity and on texture: on dark strokes min sees what max sees on "
    "light ones.",
    change="Max ahead by a point or more in all eight comparisons.",
    parts=tuple(
        Hypothesis(
            says=f"Max is ahead of {other}, {data}, {polarity.replace('-', ' ')}.",
            where=f"{data}, {polarity.replace('-', ' ')}",
            metric=Metric.TEST_ACCURACY,
            arm=tuned(data, "max", polarity=polarity),
            against=tuned(data, other, polarity=polarity),
            least=LEAST_ACCURACY[data],
        )
        for data in _TWO_SETS
        for polarity in ("light-on-dark", "dark-on-light")
        for other in ("average", "min")
    ),
    extras=(
        ExactStatement(
            "After ReLU, min is zero in 15 of 16 windows of random values, max in 1 of 16.",
            "relu-zeros",
        ),
    ),
    literature=(
        Finding(MISHKIN, "top-1 accuracy: max .471, average .435.", Certainty.READ),
        Finding(
            "Scherer, Müller, Behnke 2010",
            "Max beats subsampling; overlapping windows bring no significant gain.",
            Certainty.ABSTRACT,
        ),
        Finding(
            "a VGG16-BN comparison on CIFAR-100, one seed each",
            "max 70.89, average 70.56, mixed 71.19, soft 71.39 %; no error bars.",
            Certainty.READ,
        ),
        Finding(
            "Bieder, Sandkühler, Cattin 2021",
            "No generalised pooling significantly beats max or average.",
            Certainty.ABSTRACT,
        ),
    ),
)


def _three_blocks(data: str, name: str, head: Head, pools: int) -> ClaimArm:
    label = "one pool" if pools == 1 else f"{pools} pools"
    return arm(data, name, head, widths="16,16,16", pools=pools).called(label)


UNDERFITS = Claim(
    id="pooling-can-underfit",
    text="Too much pooling makes a network underfit.",
    test="Networks of three blocks with equal channels, with a pool in the first block or in all "
    "three. Training accuracy at the end is compared: a network underfits what it cannot learn.",
    expected="True for average pools under GAP on small images; less so for max.",
    change="Training accuracies within a point of each other, with one pool and with three, in all "
    "six comparisons.",
    parts=tuple(
        Hypothesis(
            says=f"With three {name} pools training accuracy is lower than with one, {label} head, "
            f"{data}.",
            where=f"{name}, {label}, {data}",
            metric=Metric.TRAIN_ACCURACY,
            arm=_three_blocks(data, name, head, 3),
            against=_three_blocks(data, name, head, 1),
            least=0.01,
            expected=Expectation.LESS,
        )
        for data, (head, label) in [*product(["digits"], BOTH_HEADS), ("shapes", BOTH_HEADS[0])]
        for name in ("max", "average")
    ),
    literature=(MOUTON,),
)


STRIDED_REPLACES = Claim(
    id="strided-conv-replaces-pooling",
    text="A strided convolution can replace pooling.",
    test="Four networks with a GAP head: max; strided (the block's own convolution skips every "
    "other position); conv (an added 3 × 3 convolution with stride 2 replaces the pool); and its "
    "control conv-max "
    "(the same added convolution, then max). All have batch norm, without which the added "
    "convolutions often learn nothing in this number of epochs; validation chooses the learning "
    "rate of each network from three.",
    expected="Plain strided is lowest; conv ties only because of its added parameters.",
    change="Strided within a point of max on both data sets.",
    parts=tuple(
        Hypothesis(
            says=f"{name.capitalize()} is within one point of max, {data}.",
            where=data,
            metric=Metric.TEST_ACCURACY,
            arm=tuned(data, name, norm="batch"),
            against=tuned(data, "max", norm="batch"),
            least=0.01,
            expected=Expectation.ALIKE,
        )
        for data in _TWO_SETS
        for name in ("strided", "conv")
    ),
    extras=(
        *(
            Hypothesis(
                says=f"Conv is within one point of conv-max, which has as many parameters, {data}.",
                where=data,
                metric=Metric.TEST_ACCURACY,
                arm=tuned(data, "conv", norm="batch"),
                against=tuned(data, "conv-max", norm="batch"),
                least=0.01,
                expected=Expectation.ALIKE,
            )
            for data in _TWO_SETS
        ),
        *(
            Hypothesis(
                says=f"The added convolution alone raises accuracy: conv-max over max, {data}.",
                where=data,
                metric=Metric.TEST_ACCURACY,
                arm=tuned(data, "conv-max", norm="batch"),
                against=tuned(data, "max", norm="batch"),
                least=LEAST_ACCURACY[data],
            )
            for data in _TWO_SETS
        ),
    ),
    literature=(_SPRINGENBERG, _REPRODUCED),
)


GAP_CUTS = Claim(
    id="gap-cuts-parameters",
    text="GAP in place of Flatten cuts the parameters and keeps the accuracy.",
    test="The weights of the first dense layer are counted. Then networks with max pools are "
    "trained with both heads, and with a narrowed Flatten head (1.6 to 2.1 times GAP's parameters) "
    "as the closest control.",
    expected="The parameters fall by exactly the number of cells of the map; the accuracy can go "
    "either way.",
    change="Test accuracies within a point on all three data sets.",
    page=(Page.COST, {"pooling": ["max"], "head": "both"}),
    parts=(
        ExactStatement("The first dense layer has H × W times fewer weights.", "dense-factor"),
        *(
            Hypothesis(
                says=f"With max pools, GAP is within one point of Flatten, {data}.",
                where=data,
                metric=Metric.TEST_ACCURACY,
                arm=tuned(data, "max").called("GAP"),
                against=tuned(data, "max", Head.FLATTEN).called("Flatten"),
                least=0.01,
                expected=Expectation.ALIKE,
            )
            for data in LEAST_ACCURACY
        ),
    ),
    extras=tuple(
        Hypothesis(
            says=f"GAP is ahead of a Flatten head narrowed to about twice its parameters, {data}.",
            where=data,
            metric=Metric.TEST_ACCURACY,
            arm=tuned(data, "max").called("GAP"),
            against=tuned(data, "max", Head.FLATTEN_MATCHED).called("Flatten, matched"),
            least=0.01,
        )
        for data in LEAST_ACCURACY
    ),
    literature=(
        Finding(
            "Lin, Chen, Yan 2013 (CIFAR-10 error)",
            "10.41 %; with augmentation 8.81 %.",
            Certainty.SECOND_HAND,
        ),
    ),
)
