"""The image that all networks see: a test image by its number, or an upload."""

import numpy as np
import streamlit as st

from core.comparison import Arm
from core.data.pictures import fitted, uploaded
from core.errors import ConfigError
from core.figures import tiles as sheet
from pages.shared import frame
from pages.shared.problems import literal


def card(arms: list[Arm], seed: int) -> np.ndarray:
    """Draw the image and the controls that choose another one; the image (C, H, W) as stored."""
    from pages.shared import networks

    entry = arms[0].experiment.data.entry
    with frame.section("Input"), st.container(border=True, height="stretch"):
        st.markdown("**Input**")
        picture = st.container()
        st.number_input(
            "Test image",
            0,
            entry.splits.test - 1,
            # a default of its own would be at odds with the button that sets the number
            None,
            placeholder="0",
            key="image",
            bind="query-params",
            help="Its number in the test split.",
        )
        differing = networks.disagreements(arms, seed)
        here = int(st.session_state.image or 0)
        if differing:
            following = next((n for n in differing if n > here), differing[0])
            st.button(
                "Next disagreement",
                key="next_disagreement",
                on_click=_go_to,
                args=(following,),
                help=f"The networks shown answer {len(differing):,} of {entry.splits.test:,} test "
                f"images differently.",
                width="stretch",
            )
        with st.popover("Upload", icon=":material/upload:", width="stretch"):
            st.file_uploader(
                "An image", ["png", "jpg", "jpeg", "webp"], key="upload", max_upload_size=2
            )
            st.caption("Up to 2 MB. It stays in memory and is resized to what the network takes.")
        image, name = _chosen(arms, seed)
        with picture:
            st.image(sheet.grey(image, entry.white, dark=frame.dark()), width="stretch")
            st.caption(f"{entry.label}, {name}. The same pixels go to every network.")
        return image


def _go_to(number: int) -> None:
    st.session_state["image"] = number


def _chosen(arms: list[Arm], seed: int) -> tuple[np.ndarray, str]:
    """The image that all networks see: an upload, or a test image by its number."""
    from pages.shared import networks

    experiment = arms[0].seeded(seed)
    entry = experiment.data.entry
    upload = st.session_state.get("upload")
    if upload is not None:
        try:
            picture = uploaded(upload.getvalue())
        except ConfigError as error:
            st.error(literal(str(error)), icon=":material/error:")
        else:
            remark = "".join(f"; {each}" for each in picture.remarks)
            return fitted(picture.image, entry.shape, entry.white), f"your upload{remark}"
    data = networks.test_images(experiment)
    number = min(int(st.session_state.image or 0), len(data) - 1)
    return data.images[number].numpy(), f"labelled “{entry.classes[int(data.labels[number])]}”"
