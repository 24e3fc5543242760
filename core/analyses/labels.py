"""The classes of the test images of a data set, kept in the store so that they are read once.

With them and the stored predictions, a page knows which images each run classified correctly.
"""

import json
from dataclasses import dataclass
from typing import ClassVar

from core.analyses.request import Request
from core.config import DataConfig, Experiment
from core.network.work import Work, passes_work


@dataclass(frozen=True, slots=True)
class Labels:
    """The class of each test image.

    Attributes:
        digits: two hexadecimal digits for each image, in the order of stored predictions.
    """

    digits: str

    @property
    def classes(self) -> bytes:
        """One byte for each image."""
        return bytes.fromhex(self.digits)


@dataclass(frozen=True)
class LabelsRequest(Request[Labels]):
    """A request for the classes of the test images of a data set.

    Attributes:
        data: any configuration of it.
    """

    data: DataConfig
    kind: ClassVar[str] = "labels"
    result: ClassVar[type] = Labels
    needs_torch: ClassVar[bool] = False

    @property
    def settings(self) -> str:
        """Name and contents of the data set, as JSON."""
        return json.dumps({"dataset": self.data.dataset, "images": self.data.entry.fingerprint})

    @property
    def work(self) -> Work:
        """The work of loading the data set: no more than a pass of one image."""
        return passes_work(Experiment(data=self.data.source), 1, 0, 0)

    def compute(self, weights: bytes) -> Labels:  # noqa: ARG002 (it needs no training)
        """Load the data set."""
        from core.data import load

        return Labels(bytes(load(self.data.source).test.labels.tolist()).hex())
