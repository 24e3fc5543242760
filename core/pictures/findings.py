"""What should a person know about the images of a folder before believing a figure?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.catalog import DatasetEntry
from core.pictures.layout import Part


@dataclass(frozen=True, slots=True)
class Ground:
    """What was measured on the borders of images.

    Attributes:
        colour: red, green and blue of the ground, 0 to 255; None if there is none in common.
        brightness: mean over all pixels, 0 to 255.
        images: how many were measured.
    """

    colour: tuple[int, int, int] | None
    brightness: float
    images: int


@dataclass(frozen=True, slots=True)
class Twins:
    """Images that are byte for byte those of the training split.

    Attributes:
        part: the split that they belong to.
        count: how many of its images.
        of: number of its images.
        elsewhere: how many of them are training images of another class.
    """

    part: Part
    count: int
    of: int
    elsewhere: int


@dataclass(frozen=True, slots=True)
class Findings:
    """What a person should know about a folder in addition to its images.

    Attributes:
        ground: what was measured on the borders of its training images.
        twins: of the validation and the test split.
        unread: ending -> number of image files in a format that is not read.
        loose: number of image files that lie in no class folder.
    """

    ground: Ground | None
    twins: tuple[Twins, ...]
    unread: Mapping[str, int]
    loose: int

    def sentences(self, entry: DatasetEntry, *, as_set: bool) -> Iterator[str]:
        """The ground, how it is known, and the warnings.

        Args:
            entry: the facts about the images, as they are used.
            as_set: whether somebody set the ground.
        """
        images = self.ground.images if self.ground else 0
        measured = f"measured on the borders of {images:,} training image{'s' * (images != 1)}"
        yield f"{entry.label}: {entry.ground} ({'as set' if as_set else measured})."
        yield from self.warnings()

    def warnings(self) -> Iterator[str]:
        """What makes a figure mean less than it seems to, in sentences."""
        for twins in self.twins:
            if twins.count:
                yield (
                    f"{twins.count:,} of {twins.of:,} {twins.part} images "
                    f"{'is' if twins.count == 1 else 'are'} byte-identical to training images"
                    f"{f', {twins.elsewhere:,} of them in another class' * bool(twins.elsewhere)}."
                )
        if self.unread:
            total = sum(self.unread.values())
            kinds = ", ".join(f"{count:,} {ending}" for ending, count in self.unread.items())
            yield (
                f"{total:,} image {'file is' if total == 1 else 'files are'} left out because "
                f"Poolscope cannot read the format ({kinds}); save as JPEG or PNG."
            )
        if self.loose:
            yield (
                f"{self.loose:,} image {'file lies' if self.loose == 1 else 'files lie'} outside "
                f"the class folders and {'is' if self.loose == 1 else 'are'} left out."
            )


def duplicates(
    training: Sequence[tuple[str, int]], others: Sequence[tuple[str, int]], part: Part
) -> Twins:
    """How many images of a split are training images as well.

    Args:
        training: content hash and class of each training image.
        others: of each image of the split.
        part: the split.
    """
    classes: dict[str, set[int]] = {}
    for content, label in training:
        classes.setdefault(content, set()).add(label)
    same = [(content, label) for content, label in others if content in classes]
    elsewhere = sum(label not in classes[content] for content, label in same)
    return Twins(part, len(same), len(others), elsewhere)
