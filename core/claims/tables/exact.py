"""The claims that a computation decides. What is computed stands in `core.analyses.facts`."""

from core.claims.claim import Certainty, Claim, Exact, Finding, Kind

EXACT = (
    Claim(
        id="max-keeps-edges",
        text="Max pooling keeps edges and bright detail; average pooling smooths them away.",
        kind=Kind.EXACT,
        test="A line one pixel wide is pooled in 2 × 2 windows: light on dark, then dark on light. "
        "What is left of its contrast is compared.",
        expected="Half true. Max keeps the largest value: light lines stay, dark lines vanish.",
        change="A max pool that keeps a thin dark line.",
        page=("by_hand", {"pooling": ["max", "average", "min"]}),
        parts=(
            Exact("Max keeps a thin light line whole; average keeps half of it.", "light-line"),
            Exact("Max keeps a thin dark line as well.", "dark-line"),
        ),
    ),
    Claim(
        id="gradient-routing",
        text="Average pooling passes the gradient to every input, max pooling only to the winner.",
        kind=Kind.EXACT,
        test="One is sent back from every output of 2 × 2 windows side by side; autograd is "
        "compared with the closed form, and the inputs that receive anything are counted.",
        expected="True for windows that do not overlap and have no ties.",
        change="An input outside the winner that receives gradient from a max pool.",
        page=("by_hand", {"pooling": ["max", "average"]}),
        parts=(
            Exact("Average sends 1/4 to each of the four inputs.", "routing-average"),
            Exact("Max sends 1 to the largest input and 0 to the others.", "routing-max"),
        ),
        beside=(
            Exact(
                "Where windows overlap, gradients of max add up in a common winner.",
                "routing-overlap",
            ),
            Exact(
                "A window that is zero everywhere after ReLU passes nothing back through ReLU.",
                "routing-zero",
            ),
        ),
        literature=(
            Finding(
                "Wu and Gu 2015",
                "Dropout before a max pool amounts to drawing from the window with fixed odds.",
                Certainty.ABSTRACT,
            ),
        ),
    ),
    Claim(
        id="pooling-has-no-parameters",
        text="A pooling layer has nothing to learn.",
        kind=Kind.EXACT,
        test="The learned numbers of every operator in the catalog are counted on 64 channels.",
        expected="True for max, average and their like; false for the operators that learn.",
        change="A learned number in a max pool.",
        page=("cost", {"pooling": ["max", "average", "gem", "lip", "conv"]}),
        parts=(
            Exact(
                "Max, average, min, median, lp, log-sum-exp and the blurred pools learn nothing.",
                "parameters-fixed",
            ),
            Exact(
                "Mixed, gated, GeM, LIP and conv learn nothing either.",
                "parameters-learned",
            ),
        ),
    ),
    Claim(
        id="pool-doubles-receptive-field",
        text="A 2 × 2 pool with stride 2 doubles the receptive field.",
        kind=Kind.EXACT,
        test="In three blocks of a 3 × 3 convolution and a 2 × 2 pool, the input rows that can "
        "reach one cell are counted before and after every pool, by formula and by gradient.",
        expected="False. The pool adds one step to the field and doubles the distance between "
        "neighbouring cells, so that later layers grow twice as fast.",
        change="A field of 6 after the first pool, where it was 3 before.",
        page=("cost", {"pooling": ["max"], "widths": "16,32"}),
        parts=(
            Exact("The receptive field after the pool is twice the one before.", "field-doubles"),
        ),
        beside=(
            Exact("The jump (input pixels between neighbouring cells) doubles.", "jump-doubles"),
        ),
        literature=(
            Finding(
                "Araujo, Norris, Sim 2019",
                "The field is 1 plus the sum over layers of (k − 1) times the product of the "
                "earlier strides.",
                Certainty.READ,
            ),
            Finding(
                "Luo et al. 2016",
                "The part of the field that matters is roughly Gaussian and a fraction of it.",
                Certainty.ABSTRACT,
            ),
        ),
    ),
    Claim(
        id="flatten-explodes",
        text="Without pooling, the dense layer explodes.",
        kind=Kind.EXACT,
        test="The weights of the first dense layer are counted for images from 8 × 8 to 128 × 128, "
        "without any pooling, under a Flatten head and under a GAP head.",
        expected="True for Flatten, whose weights grow with the area; false for GAP.",
        change="A Flatten head whose weights do not depend on the size of the image.",
        page=("cost", {"pooling": ["none", "max"], "head": "both"}),
        parts=(
            Exact("Under Flatten, twice the side gives four times the weights.", "flatten-grows"),
            Exact("Under GAP it explodes as well.", "gap-grows"),
        ),
    ),
    Claim(
        id="average-pool-is-a-convolution",
        text="Pooling is a convolution that learns nothing.",
        kind=Kind.EXACT,
        test="Average pooling is compared with a convolution whose weights are all 1/k². For max, "
        "f(x + y) is compared with f(x) + f(y), which are equal for every convolution.",
        expected="True for average; false for max, which is not linear.",
        change="A max pool that is additive.",
        page=("by_hand", {"pooling": ["max", "average"]}),
        parts=(
            Exact("Average pooling equals a convolution with weights 1/k².", "average-convolution"),
            Exact("Max pooling is additive, as every convolution is.", "max-additive"),
        ),
    ),
    Claim(
        id="conv-fewer-than-dense",
        text="A convolution has far fewer parameters than a dense layer.",
        kind=Kind.EXACT,
        test="Both are counted for the same input and output: 64 channels of 2 × 2 to 64 × 64 "
        "cells.",
        expected="True: a convolution shares its few weights between all places.",
        change="A map of more than one cell where the 3 × 3 convolution has more.",
        page=("cost", {"pooling": ["max"], "head": "both"}),
        parts=(
            Exact(
                "A 3 × 3 convolution has fewer parameters than the dense layer between the same "
                "maps, and less than a hundredth of them from 32 × 32 on.",
                "conv-fewer",
            ),
        ),
    ),
    Claim(
        id="output-size",
        text="An n × n image and an f × f filter give an output of n − f + 1.",
        kind=Kind.EXACT,
        test="Every image from 3 to 32 pixels is convolved with every filter that fits, without "
        "padding and with padding, stride and dilation, and the outputs are measured.",
        expected="True without padding at stride 1; in general "
        "floor((n + 2p − d(f − 1) − 1)/s) + 1, where the floor drops rows in silence.",
        change="An output of another size without padding, at stride 1.",
        page=("by_hand", {}),
        parts=(
            Exact("Without padding, at stride 1, the output is n − f + 1.", "size-plain"),
            Exact("It is n − f + 1 with padding and other strides too.", "size-always"),
        ),
        beside=(
            Exact(
                "floor((n + 2p − d(f − 1) − 1)/s) + 1 is right in every case tried.",
                "size-formula",
            ),
        ),
    ),
    Claim(
        id="depth-builds-hierarchy",
        text="Stacked blocks see larger and larger structures.",
        kind=Kind.EXACT,
        test="In three blocks of a 3 × 3 convolution and a 2 × 2 pool, the input rows that can "
        "reach one cell of each layer are counted by the formula and by the gradient.",
        expected="True for what a layer can see. What it makes use of is smaller.",
        change="A convolution or pool after which the field is not larger.",
        page=("cost", {"pooling": ["max"], "widths": "16,32,64"}),
        parts=(
            Exact(
                "After every convolution and pool the field is larger than before, by formula and "
                "by gradient alike.",
                "field-grows",
            ),
        ),
        beside=(
            Exact(
                "Nine tenths of the gradient come from less than half of the field's area.",
                "field-effective",
            ),
        ),
        literature=(
            Finding(
                "Luo et al. 2016",
                "The effective field is roughly Gaussian and a fraction of the theoretical one.",
                Certainty.ABSTRACT,
            ),
        ),
    ),
)
