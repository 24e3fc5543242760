"""Claims about shifts of the image, and the networks that decide them."""

from core.catalog import Head
from core.claims.arms import arm
from core.claims.claim import (
    Certainty,
    Claim,
    ExactStatement,
    Finding,
    Hypothesis,
    Level,
    Metric,
    PlainAnswer,
)
from core.claims.tables.shared import BOTH_HEADS, MOUTON

INVARIANCE = Claim(
    id="pooling-gives-invariance",
    text="Pooling makes the network invariant to translation.",
    test="Test images are moved by up to 8 px, or half their size where that is less, and filled "
    "with zeros or the background; the answers are compared with those for the unmoved images, in "
    "networks with and without pools, under both heads. Exact tests: circular shifts through "
    "networks with circular padding.",
    expected="Mostly refuted: partial, local, and a matter of the head and the data.",
    change="A network with plain pools whose answers all stay under a shift by one pixel.",
    parts=(
        ExactStatement(
            "With max pools and a GAP head, every circular shift leaves the output unchanged.",
            "gate-max",
        ),
        *(
            Hypothesis(
                says=f"With max and GAP, 99 of 100 answers stay under one pixel, {data}.",
                where=f"one pixel, {data}",
                metric=Metric.ONE_PIXEL,
                arm=arm(data, "max").called("max, GAP"),
                against=Level(0.99),
                least=0.0,
            )
            for data in ("digits", "shapes")
        ),
        *(
            Hypothesis(
                says=f"More answers stay with max than without pooling, {label} head, {data}.",
                where=data,
                metric=Metric.AGREEMENT,
                arm=arm(data, "max", head).called(f"max, {label}"),
                against=arm(data, "none", head).called(f"none, {label}"),
                least=0.02,
            )
            for data in ("digits", "shapes")
            for head, label in BOTH_HEADS
        ),
    ),
    answers=(
        PlainAnswer(
            says="Only in part: with pooling, more answers stay when the image moves, but a shift "
            "by one pixel still changes more than one in a hundred.",
            holding=frozenset({Metric.AGREEMENT}),
            failing=frozenset({Metric.ONE_PIXEL}),
        ),
    ),
    extras=(
        ExactStatement(
            "GAP without any stride: every circular shift leaves the output unchanged.", "gate-none"
        ),
        ExactStatement(
            "After L pools of 2 × 2 with stride 2 on maps with even sides, shifts by "
            "multiples of 2^L leave it unchanged.",
            "gate-multiples",
        ),
        ExactStatement(
            "With APS of 2 × 2 and stride 2 on maps with even sides, every circular shift leaves "
            "it unchanged, up to ties.",
            "gate-aps",
        ),
        *(
            Hypothesis(
                says=f"Blurred max keeps more answers than plain max under one pixel, {data}.",
                where=f"one pixel, GAP, {data}",
                metric=Metric.ONE_PIXEL,
                arm=arm(data, "blur-max"),
                against=arm(data, "max"),
                least=0.01,
            )
            for data in ("digits", "shapes")
        ),
        *(
            Hypothesis(
                says=f"Training on images moved by up to 2 px keeps more answers, {data}.",
                where=f"GAP, {data}",
                metric=Metric.AGREEMENT,
                arm=arm(data, "max", augment_shift=2).called("max, moved"),
                against=arm(data, "max"),
                least=0.02,
            )
            for data in ("digits", "shapes")
        ),
        *(
            Hypothesis(
                says=f"A GAP head keeps more answers than Flatten, max, {data}.",
                where=f"max, {data}",
                metric=Metric.AGREEMENT,
                arm=arm(data, "max").called("GAP"),
                against=arm(data, "max", Head.FLATTEN).called("Flatten"),
                least=0.02,
            )
            for data in ("digits", "shapes")
        ),
    ),
    literature=(
        Finding(
            "Zhang 2019 (ImageNet, accuracy / answers that stay, %)",
            "ResNet-50 76.16 / 89.20, blurred 77.23 / 91.29; VGG16 71.59 / 88.52, 72.43 / 89.92.",
            Certainty.READ,
        ),
        Finding(
            "Azulay and Weiss 2019",
            "A shift by one pixel often changes the answer of common networks; blurring and "
            "augmentation are partial remedies.",
            Certainty.ABSTRACT,
        ),
        Finding(
            "Kauderer-Abrams 2017",
            "Augmentation matters most; the number of pools and the size of filters come second.",
            Certainty.ABSTRACT,
        ),
        Finding(
            "Chaman and Dokmanic 2021",
            "Adaptive polyphase sampling: all answers stay under circular shifts, even untrained.",
            Certainty.ABSTRACT,
        ),
        Finding(
            "Ruderman et al. 2018",
            "Pooling is neither necessary nor sufficient for stability to deformations; smooth "
            "filters do the work.",
            Certainty.ABSTRACT,
        ),
        MOUTON,
    ),
)
