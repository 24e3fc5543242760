"""The test images on which the networks part, each a picture that opens it."""

from collections.abc import Sequence

import streamlit as st

from core.catalog import DatasetEntry
from core.comparison import Arm, Chance, Comparison
from core.comparison.disputed import Dispute, Disputed, Gallery, dispute
from core.config import DataConfig
from core.figures import tiles as sheet
from core.words import join, literal, number_word, plural
from pages.cards import answers, picture
from pages.shared import cached, evidence, frame, networks, phone

PICTURES_SHOWN = 8
"""of each network, those with the largest margin"""
HALF_WIDTH = 400
"""px: half of them fit beside one another"""
PICTURE_SIDE = 84
"""px: eight of them fit beside one another on a laptop"""
DISPUTED_READING = """
Every seed of every network answered every test image. A picture stands in the row of the network
that gets it right in more seeds than any other; the numbers below it are the seeds that are right,
network by network in the order of the rows. Its button opens the image above, in all networks.
"""


def shown(arms: Sequence[Arm], comparison: Comparison) -> None:
    """Draw the card; nothing if fewer than two networks have answers that can be compared."""
    data = arms[0].experiment.data
    labels = evidence.kept(data)
    if len(arms) < 2 or not labels:  # noqa: PLR2004
        return
    parted = dispute(cached.compared(comparison, Chance.SEEDS_AND_IMAGES, labels), arms)
    if parted is None:
        return
    with frame.card(
        "Images that only some get right", "disputed", reading=DISPUTED_READING, stretch=False
    ):
        st.markdown(counted(parted))
        some = [gallery for gallery in parted.galleries if gallery.images]
        most = max((len(gallery.images) for gallery in some), default=0)
        columns = 2 if most <= PICTURES_SHOWN // 2 and len(some) > 1 else 1
        with st.grid(columns, min_column_width=HALF_WIDTH, gap="medium"):
            for gallery in some:
                with st.container(gap="small"):
                    _row(gallery, parted, data, labels)
        none = [each.arm.label for each in parted.galleries if not each.images]
        if none:
            are = "is" if len(none) == 1 else "are"
            st.caption(f"{join(none)} {are} right more often than {_others(parted)} on no image.")


def counted(parted: Dispute) -> str:
    """How many images all networks get right, and how many all get wrong, in a sentence."""
    seeds = "the only seed" if parted.seeds == 1 else f"all {parted.seeds} seeds"
    count = len(parted.galleries)
    named = "both networks" if count == 2 else f"all {number_word(count)} networks"  # noqa: PLR2004
    return (
        f"Of {parted.images:,} test images, {_are(parted.all_right)} right in {seeds} of "
        f"{named}, and {_are(parted.all_wrong)} wrong in all of them."
    )


def _are(number: int) -> str:
    return {0: "none is", 1: "one is"}.get(number, f"{number:,} are")


def _others(parted: Dispute) -> str:
    return "the other" if len(parted.galleries) == 2 else "the others"  # noqa: PLR2004


def _row(gallery: Gallery, parted: Dispute, data: DataConfig, labels: bytes) -> None:
    """Draw one network's pictures, each with its class."""
    own = [each.arm for each in parted.galleries].index(gallery.arm)
    total = len(gallery.images)
    few = gallery.images[:PICTURES_SHOWN]
    of_these = f"; the {len(few)} with the largest margin" if total > len(few) else ""
    st.markdown(
        f"{answers.title(gallery.arm)} :gray[is right more often than {_others(parted)} on "
        f"{total:,} {plural('image', total)}{of_these}]"
    )
    pixels = networks.test_images(data, tuple(each.image for each in few))
    with st.container(horizontal=True, gap="small", key=f"{phone.SIDEWAYS}_disputed_{own}"):
        for each, image in zip(few, pixels, strict=True):
            with st.container(width=PICTURE_SIDE, gap="xsmall"):
                drawn = sheet.grey(image, data.entry.white, dark=frame.dark())
                st.image(drawn, width=PICTURE_SIDE, alt=f"Test image {each.image}")
                counts = [f"**{n}**" if i == own else str(n) for i, n in enumerate(each.right)]
                named = literal(data.entry.classes[labels[each.image]])
                st.caption(f"{named}  \n{' · '.join(counts)}", text_alignment="center")
                _opens(each, parted, data.entry)


def _opens(each: Disputed, parted: Dispute, entry: DatasetEntry) -> None:
    """Draw the button that opens an image."""
    said = "; ".join(
        f"{literal(gallery.arm.name)} right in {right} of {parted.seeds} seeds"
        for gallery, right in zip(parted.galleries, each.right, strict=True)
    )
    st.button(
        f"№ {each.image}",
        key=f"disputed {each.image}",
        type="tertiary",
        on_click=picture.open_image,
        args=(each.image,),
        help=f"Opens test image {each.image} of {literal(entry.label)}. {said}.",
    )
