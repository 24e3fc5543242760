"""Claims about overfitting and dropout, and the networks that decide them."""

from typing import Any

from core.catalog import DropoutPosition, Head
from core.claims.arms import GALLERY, arm
from core.claims.claim import (
    Certainty,
    Choice,
    Claim,
    ClaimArm,
    Expectation,
    Finding,
    Hypothesis,
    Metric,
)
from core.claims.tables.shared import MISHKIN, SMALL_SET, WU_GU

_MEDIUM_SET: dict[str, Any] = {"train_size": 400, "epochs": 40}
_SIZES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("100 images", SMALL_SET),
    ("400 images", _MEDIUM_SET),
    ("all 1,197 images", {}),
)


_DROPPED = {**GALLERY["digits"], **_MEDIUM_SET}
_RATES = Choice("dropout_rate", (0.1, 0.25, 0.5))
_POSITIONS = {
    DropoutPosition.INPUT: "on the input",
    DropoutPosition.BEFORE_POOL: "before every pool",
    DropoutPosition.AFTER_POOL: "after every pool",
    DropoutPosition.AFTER_LAST_POOL: "after the last pool",
    DropoutPosition.HEAD: "in the head",
}
_POOLS = ("max", "average", "stochastic")
_NORMS = (("none", "no norm"), ("batch", "batch norm"))


def _dropped(position: DropoutPosition, norm: str) -> ClaimArm:
    flat = {**_DROPPED, "norm": norm, "dropout": position}
    return ClaimArm(_POSITIONS[position], flat, _RATES)


def _capacity(widths: str, size: dict[str, int], *, dropout: bool) -> ClaimArm:
    flat = {**GALLERY["digits"], **size, "widths": widths, "head": Head.FLATTEN}
    if not dropout:
        return ClaimArm("no dropout", flat)
    flat = {**flat, "dropout": DropoutPosition.HEAD}
    return ClaimArm("dropout", flat, _RATES)


PREVENTS_OVERFITTING = Claim(
    id="pooling-reduces-overfitting",
    text="Pooling prevents overfitting.",
    test="Networks with and without pooling, all with a GAP head so that the dense layer has the "
    "same size, on 100, 400 and all images of digits and on 4,000 shapes. The gap between "
    "training and validation accuracy is read at the first epoch whose training loss is as low "
    "as both networks can reach.",
    expected="A small effect of pooling itself; a Flatten head matters more.",
    change="Gaps at equal training loss that are smaller by a point or more with pooling, at "
    "every size of the training set.",
    parts=tuple(
        Hypothesis(
            says=f"With {name} pooling the gap is smaller than without, {label}.",
            where=where,
            metric=Metric.MATCHED_GAP,
            arm=arm(data, name, **flat),
            against=arm(data, "none", **flat),
            least=0.01,
            expected=Expectation.LESS,
        )
        for data, label, where, flat, names in (
            *(("digits", size, f"digits, {size}", flat, _POOLS) for size, flat in _SIZES),
            ("shapes", "shapes", "shapes, 4,000 images", {}, _POOLS[:2]),
        )
        for name in names
    ),
    extras=(
        *(
            Hypothesis(
                says=f"Strides alone make the gap smaller, {size}.",
                where=f"digits, {size}",
                metric=Metric.MATCHED_GAP,
                arm=arm("digits", "strided", **flat),
                against=arm("digits", "none", **flat),
                least=0.01,
                expected=Expectation.LESS,
            )
            for size, flat in _SIZES
        ),
        *(
            Hypothesis(
                says=f"A GAP head makes the gap smaller than Flatten does, {size}.",
                where=f"max, digits, {size}",
                metric=Metric.MATCHED_GAP,
                arm=arm("digits", "max", **flat).called("GAP"),
                against=arm("digits", "max", Head.FLATTEN, **flat).called("Flatten"),
                least=0.01,
                expected=Expectation.LESS,
            )
            for size, flat in _SIZES
        ),
        *(
            Hypothesis(
                says="At the end of training the gap to the test images is smaller with max than "
                f"without, {size}.",
                where=f"digits, {size}, at the end",
                metric=Metric.FINAL_GAP,
                arm=arm("digits", "max", **flat),
                against=arm("digits", "none", **flat),
                least=0.01,
                expected=Expectation.LESS,
            )
            for size, flat in _SIZES
        ),
    ),
    literature=(
        Finding(
            MISHKIN,
            "top-1 accuracy: max .471, average .435, stochastic .438, strided without pooling "
            ".472.",
            Certainty.READ,
        ),
    ),
)


DROPOUT_PLACE = Claim(
    id="dropout-after-last-pool",
    text="Dropout belongs after the last pooling layer.",
    test="Dropout at five positions, each with the best of three rates (.1, .25, .5) by "
    "validation, without and with batch norm; 400 images of digits, max pooling, GAP head.",
    expected="Nothing clear: position is confounded with rate. Before a 2 × 2 max pool, a rate of "
    ".5 empties a whole window in only 6 % of cases.",
    change="Half a point more than at every other position, with and without batch norm.",
    parts=tuple(
        Hypothesis(
            says=f"Dropout after the last pool is ahead of dropout {_POSITIONS[other]}, {label}.",
            where=label,
            metric=Metric.TEST_ACCURACY,
            arm=_dropped(DropoutPosition.AFTER_LAST_POOL, norm),
            against=_dropped(other, norm),
            least=0.005,
        )
        for norm, label in _NORMS
        for other in _POSITIONS
        if other is not DropoutPosition.AFTER_LAST_POOL
    ),
    extras=tuple(
        Hypothesis(
            says=f"Dropout after the last pool is ahead of no dropout, {label}.",
            where=label,
            metric=Metric.TEST_ACCURACY,
            arm=_dropped(DropoutPosition.AFTER_LAST_POOL, norm),
            against=ClaimArm("no dropout", {**_DROPPED, "norm": norm}),
            least=0.005,
        )
        for norm, label in _NORMS
    ),
    literature=(
        Finding(
            "Kim et al. 2023",
            "After the last batch norm; in the head, the position before GAP is more stable.",
            Certainty.ABSTRACT,
        ),
        Finding(
            "Li et al. 2018 (DenseNet, CIFAR-100)",
            "without dropout 77.42 %, with .5 in every bottleneck 68.55 %.",
            Certainty.ABSTRACT,
        ),
        WU_GU,
    ),
)


DROPOUT_GENERALISES = Claim(
    id="dropout-reduces-overfitting",
    text="Dropout makes the network generalise better.",
    test="Dropout in a Flatten head, with the best of three rates by validation, against no "
    "dropout: two pairs of widths, 100 and all images of digits.",
    expected="It depends on the size of the network and of the training set.",
    change="Half a point more test accuracy in all four comparisons, or in none.",
    parts=tuple(
        Hypothesis(
            says=f"Dropout raises test accuracy: {size}, widths {widths}.",
            where=f"{size}, widths {widths}",
            metric=Metric.TEST_ACCURACY,
            arm=_capacity(widths, flat, dropout=True),
            against=_capacity(widths, flat, dropout=False),
            least=0.005,
        )
        for size, flat in (_SIZES[0], _SIZES[2])
        for widths in ("16,32", "32,64")
    ),
    extras=tuple(
        Hypothesis(
            says=f"Dropout makes the gap to the test images smaller: {size}, widths {widths}.",
            where=f"gap, {size}, widths {widths}",
            metric=Metric.FINAL_GAP,
            arm=_capacity(widths, flat, dropout=True),
            against=_capacity(widths, flat, dropout=False),
            least=0.005,
            expected=Expectation.LESS,
        )
        for size, flat in (_SIZES[0], _SIZES[2])
        for widths in ("16,32", "32,64")
    ),
    literature=(
        Finding(
            MISHKIN,
            "dropout .5/.3/.2/.1: .471/.497/.494/.473; with batch norm .5/.2/0: .499/.527/.513.",
            Certainty.READ,
        ),
    ),
)
