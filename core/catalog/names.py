"""The words a configuration may use: the public vocabulary, stable in links and scripts."""

from enum import StrEnum


class Pooling(StrEnum):
    """How a block makes its feature map smaller."""

    MAX = "max"
    AVERAGE = "average"
    NONE = "none"
    SOFT = "soft"
    STOCHASTIC = "stochastic"
    BLUR_MAX = "blur-max"
    STRIDED = "strided"
    CONV = "conv"
    MIN = "min"
    MEDIAN = "median"
    LP = "lp"
    LSE = "lse"
    FRACTIONAL_MAX = "fractional-max"
    MIXED = "mixed"
    GATED = "gated"
    GEM = "gem"
    LIP = "lip"
    BLUR_AVERAGE = "blur-average"
    APS = "aps"
    CONV_MAX = "conv-max"
    RANK = "rank"
    DETAIL = "detail"
    SUBSAMPLE = "subsample"
    TOP_K = "top-k"
    TREE = "tree"
    LEARNED_LSE = "learned-lse"
    ADAPOOL = "adapool"
    BLUR_STRIDED = "blur-strided"
    PATCH = "patch"
    SPECTRAL = "spectral"
    FLC = "flc"
    LPS = "lps"


class Head(StrEnum):
    """How the last feature map becomes a vector."""

    FLATTEN = "flatten"
    GAP = "gap"
    GMP = "gmp"
    GAP_GMP = "gap+gmp"
    GEM = "gem"
    SPP = "spp"
    FLATTEN_MATCHED = "flatten-matched"
    ATTENTION = "attention"
    SIMPOOL = "simpool"
    LSE = "lse"
    AVG_MAX = "avg-max"
    BILINEAR = "bilinear"


class Body(StrEnum):
    """How a block computes its map, before the pool."""

    PLAIN = "plain"
    RESIDUAL = "residual"


class DropoutPosition(StrEnum):
    """Where the network drops activations during training."""

    NONE = "none"
    INPUT = "input"
    BEFORE_POOL = "before-pool"
    AFTER_POOL = "after-pool"
    AFTER_LAST_POOL = "after-last-pool"
    HEAD = "head"


class DropoutKind(StrEnum):
    """Whether dropout zeroes single values or whole channels."""

    ELEMENT = "element"
    CHANNEL = "channel"


class PoolOrder(StrEnum):
    """Whether a pool follows the activation function or precedes it."""

    AFTER_ACTIVATION = "after-activation"
    BEFORE_ACTIVATION = "before-activation"


class Padding(StrEnum):
    """What a convolution reads beyond the border of its input."""

    ZEROS = "zeros"
    CIRCULAR = "circular"
    VALID = "valid"


class Norm(StrEnum):
    """Normalisation between a convolution and its activation."""

    NONE = "none"
    BATCH = "batch"


class Polarity(StrEnum):
    """Whether images are used as stored or converted to one polarity."""

    STORED = "stored"
    LIGHT_ON_DARK = "light-on-dark"
    DARK_ON_LIGHT = "dark-on-light"


class Colour(StrEnum):
    """Colour mode of the images of a folder."""

    RGB = "rgb"
    GREY = "grey"


class Difficulty(StrEnum):
    """How hard the generated shapes are."""

    EASY = "easy"
    DEFAULT = "default"
    HARD = "hard"
