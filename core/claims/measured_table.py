"""The claims that trained networks decide, alone or beside a computation."""

from typing import Any

from core.catalog import DropoutPosition, Head
from core.claims.arms import MEASURE, arm, called, tuned
from core.claims.claim import Certainty, Claim, Contrast, Exact, Finding, Kind, Metric, Recipe

_SMALL: dict[str, Any] = {"train_size": 100, "epochs": 100}
_MEDIUM: dict[str, Any] = {"train_size": 400, "epochs": 40}
_SIZES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("100 images", _SMALL),
    ("400 images", _MEDIUM),
    ("all 1,197 images", {}),
)
_HEADS = ((Head.GAP, "GAP"), (Head.FLATTEN, "Flatten"))
_DROPOUT_RATES = (0.1, 0.25, 0.5)
_POSITIONS = {
    DropoutPosition.INPUT: "dropout on the input",
    DropoutPosition.BEFORE_POOL: "before every pool",
    DropoutPosition.AFTER_POOL: "after every pool",
    DropoutPosition.AFTER_LAST_POOL: "after the last pool",
    DropoutPosition.HEAD: "in the head",
}


def _dropped(position: DropoutPosition, norm: str) -> Recipe:
    flat = {**_MEDIUM, "norm": norm, "dropout": position}
    return Recipe(_POSITIONS[position], flat, "dropout_rate", _DROPOUT_RATES)


def _capacity(widths: str, size: dict[str, int], *, dropout: bool) -> Recipe:
    flat = {**size, "widths": widths, "head": Head.FLATTEN}
    if not dropout:
        return Recipe("no dropout", flat)
    flat = {**flat, "dropout": DropoutPosition.HEAD}
    return Recipe("dropout", flat, "dropout_rate", _DROPOUT_RATES)


_MISHKIN = "Mishkin, Sergievskiy, Matas 2016 (ImageNet, 128 px)"
_SPRINGENBERG = Finding(
    "Springenberg et al. 2014 (CIFAR-10 error, model C)",
    "base 9.74, strided 10.19, ConvPool 9.31, All-CNN 9.08 %.",
    Certainty.SECOND_HAND,
)
_REPRODUCED = Finding(
    "an independent reproduction of it",
    "base 11.11, strided 12.91, ConvPool 11.09, All-CNN 11.17 %.",
    Certainty.READ,
)

_OVERFITTING = Claim(
    id="pooling-reduces-overfitting",
    text="Pooling prevents overfitting.",
    kind=Kind.MEASURED,
    test="Networks with and without pooling, all with a GAP head so that the dense layer has the "
    "same size, on 100, 400 and all images of digits and on 4,000 shapes. The gap between "
    "training and validation accuracy is read at the first epoch at which the training loss is "
    "as low as both arms can reach.",
    expected="A small effect of pooling itself; a Flatten head matters more.",
    change="Gaps at equal training loss that are smaller by a point or more with pooling, at "
    "every size of the training set.",
    page=("accuracy", {"pooling": ["none", "max", "average", "stochastic"], "head": ["gap"]}),
    parts=(
        *(
            Contrast(
                says=f"With {name} pooling the gap is smaller than without, {size}.",
                where=f"digits, {size}",
                metric=Metric.MATCHED_GAP,
                arm=arm("digits", name, **flat),
                control=arm("digits", "none", **flat),
                least=0.01,
                sign=-1,
            )
            for size, flat in _SIZES
            for name in ("max", "average", "stochastic")
        ),
        *(
            Contrast(
                says=f"With {name} pooling the gap is smaller than without, shapes.",
                where="shapes, 4,000 images",
                metric=Metric.MATCHED_GAP,
                arm=arm("shapes", name),
                control=arm("shapes", "none"),
                least=0.01,
                sign=-1,
            )
            for name in ("max", "average")
        ),
    ),
    beside=(
        *(
            Contrast(
                says=f"Strides alone make the gap smaller, {size}.",
                where=f"digits, {size}",
                metric=Metric.MATCHED_GAP,
                arm=arm("digits", "strided", **flat),
                control=arm("digits", "none", **flat),
                least=0.01,
                sign=-1,
            )
            for size, flat in _SIZES
        ),
        *(
            Contrast(
                says=f"A GAP head makes the gap smaller than Flatten does, {size}.",
                where=f"max, digits, {size}",
                metric=Metric.MATCHED_GAP,
                arm=called("GAP", arm("digits", "max", **flat)),
                control=called("Flatten", arm("digits", "max", Head.FLATTEN, **flat)),
                least=0.01,
                sign=-1,
            )
            for size, flat in _SIZES
        ),
        *(
            Contrast(
                says=f"At the end of training the gap is smaller with max than without, {size}.",
                where=f"digits, {size}, at the end",
                metric=Metric.FINAL_GAP,
                arm=arm("digits", "max", **flat),
                control=arm("digits", "none", **flat),
                least=0.01,
                sign=-1,
            )
            for size, flat in _SIZES
        ),
    ),
    literature=(
        Finding(
            _MISHKIN,
            "top-1 accuracy: max .471, average .435, stochastic .438, strided without pooling "
            ".472.",
            Certainty.READ,
        ),
    ),
)

_DROPOUT_PLACE = Claim(
    id="dropout-after-last-pool",
    text="Dropout belongs after the last pooling layer.",
    kind=Kind.MEASURED,
    test="Dropout at five places, each at the best of three rates (.1, .25, .5) as validation "
    "chooses it, without and with batch norm; 400 images of digits, max pooling, GAP head.",
    expected="Nothing clear: place is mixed up with rate. Before a 2 × 2 max pool a rate of .5 "
    "empties a whole window in 6 % of the cases only.",
    change="Half a point more than every other place, with and without batch norm.",
    page=(
        "accuracy",
        {
            "pooling": ["max"],
            "head": ["gap"],
            "dropout": ["before-pool", "after-pool", "after-last-pool", "head"],
        },
    ),
    parts=tuple(
        Contrast(
            says=f"After the last pool is ahead of {_POSITIONS[other]}, {norm} norm.",
            where=f"{norm} norm",
            metric=Metric.TEST_ACCURACY,
            arm=_dropped(DropoutPosition.AFTER_LAST_POOL, norm),
            control=_dropped(other, norm),
            least=0.005,
        )
        for norm in ("none", "batch")
        for other in _POSITIONS
        if other is not DropoutPosition.AFTER_LAST_POOL
    ),
    beside=tuple(
        Contrast(
            says=f"After the last pool is ahead of no dropout, {norm} norm.",
            where=f"{norm} norm",
            metric=Metric.TEST_ACCURACY,
            arm=_dropped(DropoutPosition.AFTER_LAST_POOL, norm),
            control=Recipe("no dropout", {**_MEDIUM, "norm": norm}),
            least=0.005,
        )
        for norm in ("none", "batch")
    ),
    literature=(
        Finding(
            "Kim et al. 2023",
            "After the last batch norm; in the head, before GAP is the steadier place.",
            Certainty.ABSTRACT,
        ),
        Finding(
            "Li et al. 2018 (DenseNet, CIFAR-100)",
            "without dropout 77.42 %, with .5 in every bottleneck 68.55 %.",
            Certainty.ABSTRACT,
        ),
        Finding(
            "Wu and Gu 2015",
            "Dropout before a max pool amounts to drawing from the window with fixed odds.",
            Certainty.ABSTRACT,
        ),
    ),
)

_DROPOUT = Claim(
    id="dropout-reduces-overfitting",
    text="Dropout makes the network generalise better.",
    kind=Kind.MEASURED,
    test="Dropout in a Flatten head at the best of three rates, as validation chooses it, against "
    "none: two widths, 100 and all images of digits.",
    expected="It depends on the size of the network and of the training set.",
    change="Half a point more test accuracy in every cell of that table, or in none.",
    page=("accuracy", {"pooling": ["max"], "head": ["flatten"], "dropout": ["none", "head"]}),
    parts=tuple(
        Contrast(
            says=f"Dropout raises test accuracy: {size}, widths {widths}.",
            where=f"{size}, widths {widths}",
            metric=Metric.TEST_ACCURACY,
            arm=_capacity(widths, flat, dropout=True),
            control=_capacity(widths, flat, dropout=False),
            least=0.005,
        )
        for size, flat in (_SIZES[0], _SIZES[2])
        for widths in ("16,32", "32,64")
    ),
    beside=tuple(
        Contrast(
            says=f"Dropout makes the gap to the test images smaller: {size}, widths {widths}.",
            where=f"gap, {size}, widths {widths}",
            metric=Metric.FINAL_GAP,
            arm=_capacity(widths, flat, dropout=True),
            control=_capacity(widths, flat, dropout=False),
            least=0.005,
            sign=-1,
        )
        for size, flat in (_SIZES[0], _SIZES[2])
        for widths in ("16,32", "32,64")
    ),
    literature=(
        Finding(
            _MISHKIN,
            "dropout .5/.3/.2/.1: .471/.497/.494/.473; with batch norm .5/.2/0: .499/.527/.513.",
            Certainty.READ,
        ),
    ),
)

_TWO_SETS = ("digits", "shapes")

_STRIDED = Claim(
    id="strided-conv-replaces-pooling",
    text="A strided convolution can replace pooling.",
    kind=Kind.MEASURED,
    test="Four arms with a GAP head: max; strided (the block's own convolution takes the stride); "
    "conv (an added 3 × 3 convolution with stride 2 replaces the pool); and its control conv-max "
    "(the same added convolution, then max). All with batch norm, without which the added "
    "convolutions often learn nothing in so few epochs; the learning rate of each arm is chosen on "
    "validation from three.",
    expected="Plain strided is lowest; conv ties only by its added parameters.",
    change="Strided within a point of max on both data sets.",
    page=(
        "accuracy",
        {
            "pooling": ["max", "strided", "conv", "conv-max"],
            "head": ["gap"],
            "seeds": 10,
            "norm": "batch",
        },
    ),
    parts=tuple(
        Contrast(
            says=f"{name.capitalize()} is within one point of max, {data}.",
            where=data,
            metric=Metric.TEST_ACCURACY,
            arm=tuned(data, name, norm="batch"),
            control=tuned(data, "max", norm="batch"),
            least=0.01,
            equivalent=True,
        )
        for data in _TWO_SETS
        for name in ("strided", "conv")
    ),
    beside=(
        *(
            Contrast(
                says=f"Conv is within one point of conv-max, which has its parameters, {data}.",
                where=data,
                metric=Metric.TEST_ACCURACY,
                arm=tuned(data, "conv", norm="batch"),
                control=tuned(data, "conv-max", norm="batch"),
                least=0.01,
                equivalent=True,
            )
            for data in _TWO_SETS
        ),
        *(
            Contrast(
                says=f"The added convolution alone raises accuracy: conv-max over max, {data}.",
                where=data,
                metric=Metric.TEST_ACCURACY,
                arm=tuned(data, "conv-max", norm="batch"),
                control=tuned(data, "max", norm="batch"),
                least=MEASURE[data],
            )
            for data in _TWO_SETS
        ),
    ),
    literature=(_SPRINGENBERG, _REPRODUCED),
)

_INVARIANCE = Claim(
    id="pooling-gives-invariance",
    text="Pooling makes the network invariant to translation.",
    kind=Kind.BOTH,
    test="Test images are moved by up to half their size (zeros, or the ground, come in); "
    "answers are compared with those for the unmoved image. Networks with and without pools, "
    "both heads. Exact gates: circular shifts through networks with circular padding.",
    expected="Mostly refuted: partial, local, and a matter of the head and the data.",
    change="A network with plain pools whose answers all stay under a shift by one pixel.",
    page=("shift", {"pooling": ["none", "max", "blur-max", "aps"], "head": ["both"]}),
    parts=(
        Exact(
            "With max pools and a GAP head, every circular shift leaves all as it was.", "gate-max"
        ),
        *(
            Contrast(
                says=f"With max and GAP, 99 of 100 answers stay under one pixel, {data}.",
                where=f"one pixel, {data}",
                metric=Metric.ONE_PIXEL,
                arm=called("max, GAP", arm(data, "max")),
                level=0.99,
                least=0.0,
            )
            for data in ("digits", "shapes")
        ),
        *(
            Contrast(
                says=f"More answers stay with max than without pooling, {label} head, {data}.",
                where=data,
                metric=Metric.AGREEMENT,
                arm=called(f"max, {label}", arm(data, "max", head)),
                control=called(f"none, {label}", arm(data, "none", head)),
                least=0.02,
            )
            for data in ("digits", "shapes")
            for head, label in _HEADS
        ),
    ),
    beside=(
        Exact("GAP without any stride: every circular shift leaves all as it was.", "gate-none"),
        Exact("After L stages of stride 2: so do shifts by multiples of 2^L.", "gate-multiples"),
        Exact("With APS: so does every circular shift, up to ties.", "gate-aps"),
        *(
            Contrast(
                says=f"Blurred max keeps more answers than plain max under one pixel, {data}.",
                where=f"one pixel, GAP, {data}",
                metric=Metric.ONE_PIXEL,
                arm=arm(data, "blur-max"),
                control=arm(data, "max"),
                least=0.01,
            )
            for data in ("digits", "shapes")
        ),
        *(
            Contrast(
                says=f"Training on images moved by up to 2 px keeps more answers, {data}.",
                where=f"GAP, {data}",
                metric=Metric.AGREEMENT,
                arm=called("max, moved", arm(data, "max", augment_shift=2)),
                control=arm(data, "max"),
                least=0.02,
            )
            for data in ("digits", "shapes")
        ),
        *(
            Contrast(
                says=f"A GAP head keeps more answers than Flatten, max, {data}.",
                where=f"max, {data}",
                metric=Metric.AGREEMENT,
                arm=called("GAP", arm(data, "max")),
                control=called("Flatten", arm(data, "max", Head.FLATTEN)),
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
            "Augmentation matters most; number of pools and filter size come second.",
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
        Finding(
            "Mouton et al. 2020",
            "Larger pooling windows buy invariance and cost generalisation.",
            Certainty.ABSTRACT,
        ),
    ),
)

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
    page=("cost", {"pooling": ["none", "max", "strided"], "dataset": "mnist"}),
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
    page=("cost", {"pooling": ["max", "median", "lp"], "dataset": "mnist"}),
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

_BEST = Claim(
    id="which-pool-is-best",
    text="Max pooling is the best: ahead of average and of min.",
    kind=Kind.BOTH,
    test="Max, average and min with a GAP head, on light strokes on dark and on the negatives of "
    "the same images. The learning rate of each arm is chosen on validation from three.",
    expected="It depends on polarity and on texture: on dark strokes min sees what max sees on "
    "light ones.",
    change="Max ahead by a point or more in all eight comparisons.",
    page=("accuracy", {"pooling": ["max", "average", "min"], "head": ["gap"], "seeds": 10}),
    parts=(
        *(
            Contrast(
                says=f"Max is ahead of {other}, {data}, {polarity.replace('-', ' ')}.",
                where=f"{data}, {polarity.replace('-', ' ')}",
                metric=Metric.TEST_ACCURACY,
                arm=tuned(data, "max", polarity=polarity),
                control=tuned(data, other, polarity=polarity),
                least=MEASURE[data],
            )
            for data in ("digits", "shapes")
            for polarity in ("light-on-dark", "dark-on-light")
            for other in ("average", "min")
        ),
    ),
    beside=(
        Exact(
            "After ReLU, min is zero in 15 of 16 windows of random values, max in 1 of 16.",
            "relu-zeros",
        ),
    ),
    literature=(
        Finding(_MISHKIN, "top-1 accuracy: max .471, average .435.", Certainty.READ),
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

_RAISES = Claim(
    id="pooling-raises-accuracy",
    text="Pooling raises accuracy.",
    kind=Kind.MEASURED,
    test="Max and average against no downsampling at all, with equal channels, under both heads, "
    "on three data sets. The learning rate of each arm is chosen on validation from three.",
    expected="It depends on the head and the data; without pooling, Flatten on small images is "
    "hard to beat.",
    change="Every pool ahead under both heads on all three data sets.",
    page=("accuracy", {"pooling": ["none", "max", "average"], "head": ["both"], "seeds": 10}),
    parts=tuple(
        Contrast(
            says=f"{name.capitalize()} is ahead of none, {label} head, {data}.",
            where=f"{label}, {data}",
            metric=Metric.TEST_ACCURACY,
            arm=tuned(data, name, head),
            control=tuned(data, "none", head),
            least=MEASURE[data],
        )
        for data in MEASURE
        for head, label in _HEADS
        for name in ("max", "average")
    ),
    beside=tuple(
        Contrast(
            says=f"{name.capitalize()} is ahead of none, {label} head, 100 images of digits.",
            where=f"{label}, 100 images of digits",
            metric=Metric.TEST_ACCURACY,
            arm=tuned("digits", name, head, **_SMALL),
            control=tuned("digits", "none", head, **_SMALL),
            least=0.01,
        )
        for head, label in _HEADS
        for name in ("max", "average")
    ),
    literature=(_SPRINGENBERG,),
)


def _three_blocks(data: str, name: str, head: Head, pools: int) -> Recipe:
    many = "one pool" if pools == 1 else f"{pools} pools"
    return called(many, arm(data, name, head, widths="16,16,16", pools=pools))


_UNDERFIT = Claim(
    id="pooling-can-underfit",
    text="Too much pooling makes a network underfit.",
    kind=Kind.MEASURED,
    test="Networks of three blocks with equal channels, of which the first one or all three have a "
    "pool. Training accuracy at the end is compared: what cannot be learned is underfitted.",
    expected="So for average pools under GAP on small images; less so for max.",
    change="Training accuracy within a point with one pool and with three, in every cell.",
    page=("accuracy", {"pooling": ["max", "average"], "head": ["both"]}),
    parts=(
        *(
            Contrast(
                says=f"With three {name} pools training accuracy is lower than with one, {label} "
                f"head, digits.",
                where=f"{name}, {label}, digits",
                metric=Metric.TRAIN_ACCURACY,
                arm=_three_blocks("digits", name, head, 3),
                control=_three_blocks("digits", name, head, 1),
                least=0.01,
                sign=-1,
            )
            for head, label in _HEADS
            for name in ("max", "average")
        ),
        *(
            Contrast(
                says=f"With three {name} pools training accuracy is lower than with one, GAP head, "
                f"shapes.",
                where=f"{name}, GAP, shapes",
                metric=Metric.TRAIN_ACCURACY,
                arm=_three_blocks("shapes", name, Head.GAP, 3),
                control=_three_blocks("shapes", name, Head.GAP, 1),
                least=0.01,
                sign=-1,
            )
            for name in ("max", "average")
        ),
    ),
    literature=(
        Finding(
            "Mouton et al. 2020",
            "Larger pooling windows buy invariance and cost generalisation.",
            Certainty.ABSTRACT,
        ),
    ),
)

_GAP = Claim(
    id="gap-cuts-parameters",
    text="GAP in place of Flatten cuts the parameters and keeps the accuracy.",
    kind=Kind.BOTH,
    test="The weights of the first dense layer are counted. Then networks with max pools are "
    "trained with both heads, and with a Flatten head of GAP's budget as a control.",
    expected="The parameters fall by exactly the number of cells of the map; the accuracy can go "
    "either way.",
    change="Test accuracies more than a point apart on no data set.",
    page=("cost", {"pooling": ["max"], "head": ["both"]}),
    parts=(
        Exact("The first dense layer has H × W times fewer weights.", "dense-factor"),
        *(
            Contrast(
                says=f"With max pools, GAP is within one point of Flatten, {data}.",
                where=data,
                metric=Metric.TEST_ACCURACY,
                arm=called("GAP", tuned(data, "max")),
                control=called("Flatten", tuned(data, "max", Head.FLATTEN)),
                least=0.01,
                equivalent=True,
            )
            for data in MEASURE
        ),
    ),
    beside=tuple(
        Contrast(
            says=f"At an equal budget of parameters GAP is ahead of Flatten, {data}.",
            where=data,
            metric=Metric.TEST_ACCURACY,
            arm=called("GAP", tuned(data, "max")),
            control=called("Flatten, matched", tuned(data, "max", Head.FLATTEN_MATCHED)),
            least=0.01,
        )
        for data in MEASURE
    ),
    literature=(
        Finding(
            "Lin, Chen, Yan 2013 (CIFAR-10 error)",
            "10.41 %; with augmentation 8.81 %.",
            Certainty.SECOND_HAND,
        ),
    ),
)

MEASURED_CLAIMS = (
    _OVERFITTING,
    _INVARIANCE,
    _RAISES,
    _BEST,
    _STRIDED,
    _GAP,
    _DROPOUT_PLACE,
    _DROPOUT,
    _SPEED,
    _SLOW,
    _UNDERFIT,
)
