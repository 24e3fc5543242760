"""The pages of the dashboard: addresses, titles and icons, in the order of the navigation."""

from dataclasses import dataclass
from enum import StrEnum


class Page(StrEnum):
    """A page, named by its address as in links and talks; its file in `pages/` has that name."""

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
        """Path of its file, relative to the main script."""
        return f"{self}.py"


@dataclass(frozen=True, slots=True)
class PageEntry:
    """How a page appears in the navigation.

    Attributes:
        title: its title.
        icon: name of a Material symbol.
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
