"""The picture that all panels begin as: chosen, drawn from, and found again."""

from inkcloud.playground.link import generate_query
from inkcloud.playground.presets import PRESETS
from support.generate_page import address, opened, words
from support.stub_gateway import png

START = png("red")


def choose(page, data: bytes = START):
    return page.file_uploader("start_file").upload("start.png", data, "image/png").run()


def drawn_from(page, gateway):
    choose(page)
    page.slider("panel2_strength").set_value(0.4).run()
    page.button("generate").click().run()
    gateway.succeed_all()
    return page.run()


def test_every_panel_draws_from_the_picture_with_its_own_strength(page, gateway):
    assert "panel1_strength" not in [slider.key for slider in page.slider]

    drawn_from(page, gateway)

    sent = [gateway.of_panel(panel)[0].request for panel in (1, 2, 3)]
    assert [request["strength"] for request in sent] == [0.8, 0.4, 0.8]
    assert {gateway.images[request["image"]["sha256"]] for request in sent} == {START}
    assert "12 of the 30 steps are made" in words(page.caption)
    assert "Costs 12 model calls" in words(page.caption)


def test_a_reload_finds_the_picture_again(page, gateway):
    drawn_from(page, gateway)
    assert "v" not in address(page)

    again = opened(**address(page))
    again.run()

    assert again.slider("panel2_strength").value == 0.4
    assert "begin as this picture of 64 × 64 pixels" in words(again.caption)
    assert address(again) == address(page)
    assert len(gateway.generations) == 3


def test_settings_changed_after_it_was_drawn_from_come_back_with_the_picture(page, gateway):
    drawn_from(page, gateway)
    page.slider("panel2_strength").set_value(0.6).run()

    again = opened(**address(page))

    assert again.slider("panel2_strength").value == 0.6
    again.run()
    again.button("panel2_generate").click().run()
    request = gateway.of_panel(2)[-1].request
    assert gateway.images[request["image"]["sha256"]] == START


def test_without_the_picture_it_is_noise_again(page, gateway):
    choose(page)

    page.button("start_remove").click().run()
    page.button("panel1_generate").click().run()

    (sent,) = gateway.generations.values()
    assert "image" not in sent.request


def test_a_link_opens_with_the_start_picture_of_the_history(page, gateway):
    drawn_from(page, gateway)
    link = generate_query("an otter", [PRESETS[0].parameters])

    linked = opened(**link, start=f"{address(page)['panel1']}-0")

    assert "begin as this picture" in words(linked.caption)
    assert address(linked)["start"].endswith("-0")


def test_a_start_picture_that_is_gone_is_explained_and_the_page_works(page, gateway):
    strange = opened(**generate_query("an otter", [PRESETS[0].parameters]), start="gone-0")

    assert "began as noise alone" in words(strange.warning)
    strange.button("generate").click().run()
    assert len(gateway.generations) == 1


def test_a_file_that_is_no_picture_is_refused_by_name(page):
    choose(page, b"no picture")

    assert "**Start from a picture.**" in words(page.warning)
    assert "PNG, JPEG or WebP" in words(page.warning)
    assert "panel1_strength" not in [slider.key for slider in page.slider]
