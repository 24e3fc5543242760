"""What is left of a line one pixel wide?"""

from typing import Any

from core.analyses import Fact
from core.analyses.autograd import with_torch
from core.analyses.facts.registry import exact, whole
from core.analyses.hand import UNTRAINED, is_worked
from core.analyses.operate import contrast_kept
from core.catalog import POOLINGS, Combining, Pooling


def _share(pooling: Pooling, *, light: bool) -> float:
    """The share of the contrast that the operator of trainings keeps."""
    return contrast_kept(pooling, 2, 2, light=light, by=with_torch)


def _lines() -> list[dict[str, Any]]:
    """Rows with the share of a thin line's contrast that every operator keeps."""
    return [
        {
            "operator": str(name),
            "weights": UNTRAINED if entry.learned else None,
            "light line kept, %": round(100 * _share(name, light=True), 1),
            "dark line kept, %": round(100 * _share(name, light=False), 1),
        }
        for name, entry in POOLINGS.items()
        # what a learned convolution keeps depends on its weights
        if is_worked(name) and entry.combining is not Combining.TRANSFORMS
    ]


def _kept(*, light: bool) -> tuple[float, float]:
    """Share of the contrast that max and average keep."""
    first, second = (_share(name, light=light) for name in (Pooling.MAX, Pooling.AVERAGE))
    return first, second


@exact("light-line")
def _light_line() -> Fact:
    top, mean = _kept(light=True)
    return Fact(
        holds=top == 1 and mean == 0.5,  # noqa: PLR2004 (one column of two)
        sentence=f"Max keeps {whole(top)} of the contrast of a light line one pixel wide, average "
        f"{whole(mean)}.",
        rows=tuple(_lines()),
    )


@exact("dark-line")
def _dark_line() -> Fact:
    top, mean = _kept(light=False)
    return Fact(
        holds=top == 1,
        sentence=f"Max keeps {whole(top)} of the contrast of a dark line one pixel wide, average "
        f"{whole(mean)}, min {whole(_share(Pooling.MIN, light=False))}.",
        rows=tuple(_lines()),
    )
