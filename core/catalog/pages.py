"""Which pages the dashboard has: addresses, titles and icons, in the order of the navigation."""

from dataclasses import dataclass
from enum import StrEnum


class Page(StrEnum):
    """A page by its address, which links and talks name; its file in `pages/` has the same name."""

    HOME = "home"
    ACCURACY = "accuracy"
    COST = "cost"
    SHIFT = "shift"
    BY_HAND = "by_hand"
    FEATURES = "features"
    CLAIMS = "claims"
    TRAIN = "train"
    HISTORY = "history"

    @property
    def file(self) -> str:
        """Its file, relative to the main script."""
        return f"{self}.py"


@dataclass(frozen=True, slots=True)
class PageEntry:
    """What the navigation shows of a page.

    Attributes:
        title: its name.
        icon: the name of a Material symbol.
    """

    title: str
    icon: str


PAGES: dict[Page, PageEntry] = {
    Page.HOME: PageEntry("Home", "home"),
    Page.ACCURACY: PageEntry("Accuracy", "show_chart"),
    Page.COST: PageEntry("Cost", "balance"),
    Page.SHIFT: PageEntry("Shift", "open_with"),
    Page.BY_HAND: PageEntry("By hand", "calculate"),
    Page.FEATURES: PageEntry("Features", "grid_view"),
    Page.CLAIMS: PageEntry("Claims", "gavel"),
    Page.TRAIN: PageEntry("Train", "model_training"),
    Page.HISTORY: PageEntry("History", "history"),
}
