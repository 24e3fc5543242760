"""What should a person know about the images of a folder before trusting a result?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.catalog import DatasetEntry
from core.pictures.layout import Part


@dataclass(frozen=True, slots=True)
class Ground:
    """Background and brightness of a set of images, measured on a sample.

    Attributes:
        colour: red, green and blue of the ground, 0 to 255; None if the images share none.
        brightness: mean over all pixels, 0 to 255.
        images: how many were measured.
    """

    colour: tuple[int, int, int] | None
    brightness: float
    images: int


@dataclass(frozen=True, slots=True)
class Twins:
    """Images of a split that are byte-identical to training images.

    Attributes:
        part: the split they belong to.
        count: number of such images.
        of: number of images in the split.
        elsewhere: how many of them belong to another class in the training split.
    """

    part: Part
    count: int
    of: int
    elsewhere: int


@dataclass(frozen=True, slots=True)
class Findings:
    """What a person should know about a folder besides its images.

    Attributes:
        ground: background measured on its training images; None if no image could be decoded.
        twins: duplicates of training images in the validation split and in the test split.
        unread: file extension -> number of image files in a format that is not read.
        loose: number of image files outside the class folders.
    """

    ground: Ground | None
    twins: tuple[Twins, ...]
    unread: Mapping[str, int]
    loose: int

    def sentences(self, entry: DatasetEntry, *, as_set: bool) -> Iterator[str]:
        """Yield the ground, where it comes from, and the warnings.

        Args:
            entry: the facts about the images, as they are used.
            as_set: whether a person set the ground instead of having it measured.
        """
        images = self.ground.images if self.ground else 0
        measured = f"measured on the borders of {images:,} training image{'s' * (images != 1)}"
        yield f"{entry.label}: {entry.ground} ({'as set' if as_set else measured})."
        yield from self.warnings()

    def warnings(self) -> Iterator[str]:
        """Yield a sentence for each finding that makes a result less meaningful than it looks."""
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
    """Count the images of a split that are training images as well.

    Args:
        training: content hash and class of each training image.
        others: content hash and class of each image of the split.
        part: the split.
    """
    classes: dict[str, set[int]] = {}
    for content, label in training:
        classes.setdefault(content, set()).add(label)
    same = [(content, label) for content, label in others if content in classes]
    elsewhere = sum(label not in classes[content] for content, label in same)
    return Twins(part, len(same), len(others), elsewhere)
