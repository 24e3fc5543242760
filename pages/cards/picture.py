"""The image that all networks see: a test image by its number, or an upload."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.catalog import DatasetEntry
from core.comparison import Arm
from core.errors import ConfigError
from core.pictures import UPLOAD_ENDINGS, fitted, inverted, is_negative, uploaded
from core.words import literal
from pages.shared import frame, networks, sheets, uploads
from pages.shared.touch import Seen


@dataclass(frozen=True, eq=False)
class Chosen:
    """The image that all networks see.

    Attributes:
        image: (C, H, W) as stored.
        name: what it is, in words.
        number: of the test image; None for another image.
        label: its class; None for another image.
    """

    image: np.ndarray
    name: str
    number: int | None = None
    label: int | None = None


def chooser(arms: list[Arm], seed: int) -> Chosen:
    """Draw controls that choose the image that all networks see, in a row that is open."""
    entry = arms[0].experiment.data.entry
    st.number_input(
        "Test image",
        0,
        entry.splits.test - 1,
        key="image",
        bind="query-params",
        on_change=_drop_upload,
        icon=":material/image:",
        label_visibility="collapsed",
        width=150,
    )
    differing = networks.disagreements(arms, seed)
    here = int(st.session_state.image)
    if differing:
        following = next((n for n in differing if n > here), differing[0])
        st.button(
            "Next disagreement",
            key="next_disagreement",
            on_click=open_image,
            args=(following,),
            help=f"The networks shown answer {len(differing):,} of {entry.splits.test:,} test "
            f"images differently.",
        )
    with st.popover("Upload", icon=":material/upload:"):
        uploads.one("An image", UPLOAD_ENDINGS, key=_uploader(), megabytes=2, files=3)
        st.caption("Up to 2 MB. It stays in memory and is resized to what the network takes.")
    if st.session_state.get(_uploader()) is not None:
        st.button(
            f"Back to test image {here}",
            icon=":material/undo:",
            key="drop_upload",
            on_click=_drop_upload,
        )
    return _chosen(arms, seed)


def shown(seen: Seen) -> None:
    """Draw the image, larger; it follows the one under the finger."""
    with st.container(border=True, height="stretch", key="card input"):
        frame.heading("Input")
        if not sheets.input_image(seen):
            st.caption(
                f"{literal(seen.entry.label)}, {literal(seen.name)}. Every network sees this image."
            )


def _uploader() -> str:
    """The key of the uploader: an empty one takes the place of one that was dropped."""
    dropped = st.session_state.get("uploads_dropped", 0)
    return f"upload {dropped}" if dropped else "upload"


def _drop_upload() -> None:
    if (upload := st.session_state.get(_uploader())) is not None:
        uploads.remove(upload)
        st.session_state["uploads_dropped"] = st.session_state.get("uploads_dropped", 0) + 1


def open_image(number: int) -> None:
    """Show a test image, whatever was uploaded."""
    _drop_upload()
    st.session_state["image"] = number


def _chosen(arms: list[Arm], seed: int) -> Chosen:
    """The image that all networks see: an upload, or a test image by its number."""
    experiment = arms[0].seeded(seed)
    entry = experiment.data.entry
    upload = st.session_state.get(_uploader())
    if upload is not None:
        try:
            picture = uploaded(upload.getvalue())
        except ConfigError as error:
            st.error(literal(str(error)), icon=":material/error:")
        else:
            remark = "".join(f"; {each}" for each in picture.remarks)
            image, said = _matched(fitted(picture.image, entry.shape, entry.white), entry, upload)
            return Chosen(image, f"your upload{said}{remark}")
    number = int(st.session_state.image)
    pixels, label = networks.test_image(experiment.data, number)
    return Chosen(pixels, f"labelled “{entry.classes[label]}”", number, label)


def _matched(
    image: np.ndarray, entry: DatasetEntry, upload: UploadedFile
) -> tuple[np.ndarray, str]:
    """An upload with the ground of the training images unless told otherwise, and what was done."""
    unlike = not entry.photographs and is_negative(image, entry.background, entry.white)
    turned = st.toggle(
        "Invert the upload",
        value=unlike,
        key=f"invert {upload.file_id}",
        help=f"Swaps light and dark. The training images, as stored: {entry.ground}.",
    )
    if not turned:
        return image, ", not inverted, unlike the training images" if unlike else ""
    why = "inverted to match the training images" if unlike else "inverted"
    return inverted(image, entry.white), f", {why}"
