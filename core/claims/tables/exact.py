"""Claims that computations decide; `core.analyses.facts` has the computations."""

from core.catalog import Page
from core.claims.claim import Certainty, Claim, ExactStatement, Finding
from core.claims.tables.shared import WU_GU

EDGES = Claim(
    id="max-keeps-edges",
    text="Max pooling keeps edges and bright detail; average pooling smooths them away.",
    test="A line one pixel wide is pooled in 2 × 2 windows: light on dark, then dark on light. "
    "The contrast that is left is compared.",
    expected="Half true. Max keeps the largest value: light lines stay, dark lines vanish.",
    change="A max pool that keeps a thin dark line.",
    page=(Page.BY_HAND, {"pooling": ["max", "average", "min"]}),
    parts=(
        ExactStatement(
            "Max keeps a thin light line whole; average keeps half of it.", "light-line"
        ),
        ExactStatement("Max keeps a thin dark line as well.", "dark-line"),
    ),
)

ROUTING = Claim(
    id="gradient-routing",
    text="Average pooling passes the gradient to every input, max pooling only to the winner.",
    test="A gradient of 1 is sent back from every output of adjacent 2 × 2 windows; autograd is "
    "compared with the closed form, and the inputs that receive anything are counted.",
    expected="True for windows that do not overlap and have no ties.",
    change="An input outside the winner that receives gradient from a max pool.",
    page=(Page.BY_HAND, {"pooling": ["max", "average"]}),
    parts=(
        ExactStatement("Average sends 1/4 to each of the four inputs.", "routing-average"),
        ExactStatement("Max sends 1 to the largest input and 0 to the others.", "routing-max"),
    ),
    extras=(
        ExactStatement(
            "Where windows overlap, the gradients of max add up at a common winner.",
            "routing-overlap",
        ),
        ExactStatement(
            "A window that is zero everywhere after ReLU passes nothing back through ReLU.",
            "routing-zero",
        ),
    ),
    literature=(WU_GU,),
)

NO_PARAMETERS = Claim(
    id="pooling-has-no-parameters",
    text="A pooling layer has nothing to learn.",
    test="The learned parameters of every operator in the catalog are counted for 64 channels.",
    expected="True for max, average and their like; false for the operators that learn.",
    change="A learned parameter in a max pool.",
    page=(Page.COST, {"pooling": ["max", "average", "gem", "lip", "conv"]}),
    parts=(
        ExactStatement(
            "Max, average, min, median, lp, log-sum-exp and the blurred pools learn nothing.",
            "parameters-fixed",
        ),
        ExactStatement(
            "Mixed, gated, GeM, LIP and conv learn nothing either.",
            "parameters-learned",
        ),
    ),
)

DOUBLES_FIELD = Claim(
    id="pool-doubles-receptive-field",
    text="A 2 × 2 pool with stride 2 doubles the receptive field.",
    test="In three blocks of a 3 × 3 convolution and a 2 × 2 pool, the input rows that can "
    "reach one cell are counted before and after every pool, by formula and by gradient.",
    expected="False. The pool adds one step to the field and doubles the distance between "
    "neighbouring cells, so that later layers grow twice as fast.",
    change="A field of 6 after the first pool, where it was 3 before.",
    page=(Page.COST, {"pooling": ["max"], "widths": "16,32"}),
    parts=(
        ExactStatement(
            "The receptive field after the pool is twice the one before.", "field-doubles"
        ),
    ),
    extras=(
        ExactStatement(
            "The jump (input pixels between neighbouring cells) doubles.", "jump-doubles"
        ),
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
)

FLATTEN_EXPLODES = Claim(
    id="flatten-explodes",
    text="Without pooling, the dense layer explodes.",
    test="The weights of the first dense layer are counted for images from 8 × 8 to 128 × 128, "
    "without any pooling, under a Flatten head and under a GAP head.",
    expected="True for Flatten, whose weights grow with the area; false for GAP.",
    change="A Flatten head whose weights do not depend on the size of the image.",
    page=(Page.COST, {"pooling": ["none", "max"], "head": "both"}),
    parts=(
        ExactStatement(
            "Under Flatten, twice the side gives four times the weights.", "flatten-grows"
        ),
        ExactStatement("Under GAP it explodes as well.", "gap-grows"),
    ),
)

CONVOLUTION = Claim(
    id="average-pool-is-a-convolution",
    text="Pooling is a convolution that learns nothing.",
    test="Average pooling is compared with a convolution whose weights are all 1/k². For max, "
    "f(x + y) is compared with f(x) + f(y), which are equal for every convolution.",
    expected="True for average; false for max, which is not linear.",
    change="A max pool that is additive.",
    page=(Page.BY_HAND, {"pooling": ["max", "average"]}),
    parts=(
        ExactStatement(
            "Average pooling equals a convolution with weights 1/k².", "average-convolution"
        ),
        ExactStatement("Max pooling is additive, as every convolution is.", "max-additive"),
    ),
)

FEWER_THAN_DENSE = Claim(
    id="conv-fewer-than-dense",
    text="A convolution has far fewer parameters than a dense layer.",
    test="Both are counted for the same input and output: 64 channels of 2 × 2 to 64 × 64 cells.",
    expected="True: a convolution shares its few weights across all positions.",
    change="A map of more than one cell on which the 3 × 3 convolution has more parameters.",
    page=(Page.COST, {"pooling": ["max"], "head": "both"}),
    parts=(
        ExactStatement(
            "A 3 × 3 convolution has fewer parameters than the dense layer between the same "
            "maps, and less than a hundredth of them from 32 × 32 on.",
            "conv-fewer",
        ),
    ),
)

OUTPUT_SIZE = Claim(
    id="output-size",
    text="An n × n image and an f × f filter give an output of n − f + 1.",
    test="Every image from 3 to 32 pixels is convolved with every filter that fits, without "
    "padding and with padding, stride and dilation, and the outputs are measured.",
    expected="True without padding at stride 1; in general "
    "floor((n + 2p − d(f − 1) − 1)/s) + 1, where the floor silently drops rows.",
    change="An output of another size without padding, at stride 1.",
    page=(Page.BY_HAND, {}),
    parts=(
        ExactStatement("Without padding, at stride 1, the output is n − f + 1.", "size-plain"),
        ExactStatement("It is n − f + 1 with padding and other strides too.", "size-always"),
    ),
    extras=(
        ExactStatement(
            "floor((n + 2p − d(f − 1) − 1)/s) + 1 holds in every case tried.",
            "size-formula",
        ),
    ),
)

HIERARCHY = Claim(
    id="depth-builds-hierarchy",
    text="Stacked blocks see larger and larger structures.",
    test="In three blocks of a 3 × 3 convolution and a 2 × 2 pool, the input rows that can "
    "reach one cell of each layer are counted by the formula and by the gradient.",
    expected="True for what a layer can see. What it uses is smaller.",
    change="A convolution or pool after which the field is not larger.",
    page=(Page.COST, {"pooling": ["max"], "widths": "16,32,64"}),
    parts=(
        ExactStatement(
            "After every convolution and pool the field is larger than before, by formula and "
            "by gradient alike.",
            "field-grows",
        ),
    ),
    extras=(
        ExactStatement(
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
)
