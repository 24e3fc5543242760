"""Does Features show one image through several networks, and say what it shows?"""

from tests.pages.dashboard import FEATURES, ink_on_white, messages, opened, text, title


def test_features_shows_the_answers_of_the_bundled_networks():
    app = opened(FEATURES, image="17")
    assert [] == messages(app)
    assert "All networks say 0." == title(app)
    assert "labelled “0”" in text(app)
    assert 4 == text(app).count("% sure")


def test_features_goes_to_the_next_image_on_which_the_networks_disagree():
    app = opened(FEATURES, head="gap")
    app.button(key="next_disagreement").click().run()
    assert [] == messages(app)
    assert title(app).startswith("The networks disagree: ")
    first = app.number_input(key="image").value
    app.button(key="next_disagreement").click().run()
    assert app.number_input(key="image").value != first


def test_features_shows_other_layers_and_methods():
    app = opened(FEATURES, pooling=["max", "average"], head="gap", winners="true")
    app.pills(key="layer").set_value("block2.relu").run()
    assert "after block2.relu" in text(app)
    for method in ("CAM", "saliency", "occlusion"):
        app.segmented_control(key="method").set_value(method).run()
        assert [] == messages(app)


def test_cam_is_explained_where_it_means_nothing():
    app = opened(FEATURES, head="flatten", method="CAM")
    assert "CAM needs a GAP head." in text(app)


def test_dark_ink_is_inverted_for_networks_of_light_ink_until_somebody_says_no():
    app = opened(FEATURES)
    app.get("file_uploader")[0].upload("seven.png", ink_on_white(), "image/png").run()
    assert [] == messages(app)
    assert "digits, your upload, inverted to match the training images." in text(app)
    (switch,) = [toggle for toggle in app.toggle if toggle.label == "Invert the upload"]
    assert switch.value
    switch.set_value(False).run()
    assert "digits, your upload, not inverted, unlike the training images." in text(app)
