"""The page History, run by Streamlit's AppTest against a real gateway with a stub replica."""

import base64
import io
import re
from zipfile import ZipFile

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from inkcloud.client import InkcloudClient
from inkcloud.domain.history_query import HistorySort
from inkcloud.domain.picture_kind import PictureKind
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.playground.cells.cell_run import CellRun
from inkcloud.playground.denoising.running import TAG as DENOISING
from inkcloud.playground.history.chosen import KEPT
from inkcloud.playground.history.gallery import card_html
from inkcloud.playground.history.picture_words import playground_query, short_facts
from inkcloud.playground.history.thumbnail_cache import ThumbnailCache
from inkcloud.playground.history.view import PAGE, HistoryView
from inkcloud.playground.link import read_query
from inkcloud.playground.run import TAG_PREFIX as PLAYGROUND
from inkcloud.playground.schedulers.schedulers_session import KIND as SCHEDULERS
from support.running_gateway import RunningGateway
from support.stub_replica import StubReplica, StubReplicas, tiny_png

PATIENCE = 60
SCRIPT = """
import os
from inkcloud.client import InkcloudClient
from inkcloud.playground.history.page import draw_history_page
with InkcloudClient(os.environ["INKCLOUD_URL"], token=os.environ["HISTORY_TOKEN"]) as client:
    draw_history_page(client, "open")
"""


@pytest.fixture
def gateway(tmp_path, monkeypatch):
    st.cache_resource.clear()
    with StubReplica() as replica, RunningGateway(tmp_path, StubReplicas(replica)) as running:
        monkeypatch.setenv("INKCLOUD_URL", running.url)
        monkeypatch.setenv("HISTORY_TOKEN", running.token)
        yield running


@pytest.fixture
def client(gateway):
    with InkcloudClient(gateway.url, token=gateway.token, endpoint="open") as opened:
        yield opened


def opened(**query: str) -> AppTest:
    page = AppTest.from_string(SCRIPT, default_timeout=PATIENCE)
    for name, value in query.items():
        page.query_params[name] = value
    return ran(page)


def ran(page: AppTest) -> AppTest:
    page.run()
    assert not page.exception, page.exception
    return page


def cards(page: AppTest) -> list[str]:
    """The pictures' descriptions for those who do not see them, in order."""
    found = (re.search(r'<img alt="([^"]*)"', element.value) for element in page.get("html"))
    return [match[1] for match in found if match]


def words(elements) -> str:
    return "\n".join(str(element.value) for element in elements)


def address(page: AppTest) -> dict[str, str]:
    return {
        name: value[0] if isinstance(value, list) else value
        for name, value in page.query_params.items()
    }


def press(page: AppTest, key: str) -> AppTest:
    page.button(key).click()
    return ran(page)


def test_an_empty_history_says_what_to_do(gateway):
    page = opened()

    assert "There is nothing yet." in words(page.info)
    assert page.button("history_draw").label == "Draw a picture"


def test_pictures_are_shown_with_their_words_and_searched(client):
    client.generate('a "red" octopus', seed=2**64 - 1, scheduler="DDIM")
    client.generate("a blue whale", num_inference_steps=7, tag="grid/1/2")

    page = opened()

    assert cards(page) == ["a blue whale", "a &quot;red&quot; octopus"]
    shown = words(page.get("html"))
    assert "data:image/webp;base64," in shown
    assert f"DDIM, 20 steps, guidance 7.5, seed {2**64 - 1}" in shown
    page.text_input("history_search").set_value("OCTO red")
    assert cards(ran(page)) == ["a &quot;red&quot; octopus"]
    assert address(page) == {"q": "OCTO red"}


def test_filters_and_sorting_are_in_the_address_and_come_from_it(client):
    for steps in (9, 30, 20):
        client.generate(f"{steps} steps", num_inference_steps=steps)
    client.generate("of a grid", num_inference_steps=25, tag="grid/1/2")

    page = opened()
    page.selectbox("history_sort").select(HistorySort.MOST_STEPS)
    page.selectbox("history_kind").select(PictureKind.SINGLE)
    page.slider("history_steps").set_value((15, 500))

    assert cards(ran(page)) == ["30 steps", "20 steps"]
    assert address(page) == {"sort": "most_steps", "kind": "single", "steps": "15-500"}
    again = opened(**address(page))
    assert cards(again) == ["30 steps", "20 steps"]
    assert again.slider("history_steps").value == (15, 500)
    assert again.expander[0].label == "Filters (2 set)"


def test_an_address_that_changes_by_itself_decides(client):
    client.generate("a cat")
    client.generate("a dog")
    page = opened(q="cat")

    del page.query_params["q"]  # what the browser's way back does
    ran(page)

    assert cards(page) == ["a dog", "a cat"]
    assert page.text_input("history_search").value == ""


def test_pages_are_turned_there_and_back_and_survive_a_reload(client):
    client.generate("many", num_images=16)
    client.generate("many", num_images=16, seed=100)
    client.generate("many", num_images=8, seed=200)
    page = opened()
    assert len(cards(page)) == PAGE
    assert page.button("history_previous").disabled

    press(page, "history_next")

    assert len(cards(page)) == 40 - PAGE
    assert page.button("history_next").disabled
    assert len(cards(opened(**address(page)))) == 40 - PAGE
    press(page, "history_previous")
    assert len(cards(page)) == PAGE
    assert page.button("history_previous").disabled


def test_a_page_after_a_picture_that_is_gone_is_the_first_one(client):
    client.generate("still here")

    page = opened(after="gen_gone-0")

    assert cards(page) == ["still here"]
    assert address(page) == {}


def test_chosen_pictures_are_deleted_and_had_back(client):
    client.generate("several", num_images=3)
    page = opened()
    assert page.button("history_delete").disabled
    for box in page.checkbox[:2]:
        box.check()
    ran(page)
    assert "**2 selected**" in words(page.markdown)

    press(page, "history_delete")

    assert len(cards(page)) == 1
    assert "2 pictures deleted. For 24 hours you can have them back" in words(page.info)
    assert "**0 selected**" in words(page.markdown)
    press(page, "history_undo")
    assert len(cards(page)) == 3
    assert not page.info


def test_what_was_deleted_is_found_after_a_reload(client):
    client.generate("gone")
    press(press(opened(), "history_all"), "history_delete")

    page = opened(deleted="1")
    press(press(page, "history_all"), "history_restore")

    assert "Nothing was deleted" in words(page.info)
    assert cards(press(page, "history_clear")) == ["gone"]


def test_chosen_pictures_stay_chosen_on_other_pages_and_are_exported(client, monkeypatch):
    client.generate("early", num_images=3)
    client.generate("late", num_images=16)
    client.generate("late", num_images=16, seed=100)
    client.generate("late", num_images=4, seed=200)
    page = opened()
    page.checkbox[0].check()
    ran(page)
    press(page, "history_next")
    page.checkbox[2].check()
    ran(page)

    chosen = page.session_state["history_chosen"]

    archive = ZipFile(io.BytesIO(client.export_history(chosen)))
    assert [name[:9] for name in archive.namelist()[:2]] == ["0001-late", "0002-earl"]
    assert page.get("download_button")[0].label == "Export ZIP"
    press(page, "history_previous")
    assert page.checkbox[0].value
    press(page, "history_none")
    assert not page.checkbox[0].value


def test_chosen_pictures_stay_chosen_after_a_reload_and_other_filters(client):
    client.generate("several", num_images=3)
    ids = [picture.id for picture in client.history().pictures]
    page = opened()
    page.checkbox[1].check()
    ran(page)
    page.checkbox[0].check()
    ran(page)
    assert address(page) == {"chosen": f"{ids[1]}.{ids[0]}"}

    again = opened(**address(page))

    assert "**2 selected**" in words(again.markdown)
    assert [box.value for box in again.checkbox] == [True, True, False]
    again.text_input("history_search").set_value("sev")
    assert address(ran(again)) == {"q": "sev", "chosen": f"{ids[1]}.{ids[0]}"}
    again.query_params["chosen"] = ids[1]  # what the browser's way back does
    ran(again)
    assert [box.value for box in again.checkbox] == [False, True, False]
    press(again, "history_none")
    assert address(again) == {"q": "sev"}


def test_a_choice_that_is_too_large_for_the_address_says_so(client):
    client.generate("one more", num_images=2)
    others = [f"gen_{number:032}-0" for number in range(KEPT - 1)]
    page = opened(chosen=".".join([*others, "../x", ""]))
    page.checkbox[0].check()
    ran(page)
    assert f"**{KEPT} selected**" in words(page.markdown)
    assert len(address(page)["chosen"].split(".")) == KEPT
    assert "forgotten when the page is reloaded" not in words(page.caption)

    page.checkbox[1].check()
    ran(page)

    assert f"**{KEPT + 1} selected**" in words(page.markdown)
    assert address(page) == {}
    assert "forgotten when the page is reloaded" in words(page.caption)
    assert f"**{KEPT + 1} selected**" in words(ran(page).markdown)


def test_favourites_are_marked_one_by_one_and_together(client):
    client.generate("first")
    client.generate("second")
    page = opened()

    press(page, f"mark_{client.history('first').pictures[0].id}")

    assert "★ Favourite. first" in words(page.get("html"))
    page.toggle("history_favourites").set_value(True)
    assert cards(ran(page)) == ["first"]
    press(press(press(page, "history_all"), "history_none"), "history_all")
    press(page, "history_mark")
    assert [picture.favourite for picture in client.history().pictures] == [False, True]


def test_a_picture_is_opened_noted_and_shown_whole(client):
    client.generate("a lighthouse", negative_prompt="fog", seed=77)
    [picture] = client.history().pictures
    page = opened(q="light")

    press(page, f"open_{picture.id}")

    assert address(page) == {"q": "light", "picture": picture.id}
    said = words(page.markdown)
    for line in ("**Prompt:** a lighthouse", "**Negative prompt:** fog", "**Seed:** 77"):
        assert line in said
    assert page.get("image")
    page.text_area(f"note_{picture.id}").set_value("for Ada")
    press(page, "history_save_note")
    assert "The note is saved." in words(page.success)
    assert client.history("ada").pictures[0].id == picture.id
    press(page, "history_favourite")
    assert "one of your favourites" in words(page.markdown)
    press(page, "history_delete_one")
    assert "This picture is deleted." in words(page.warning)
    press(page, "history_undo")
    assert not page.warning
    press(page, "history_back")
    assert cards(page) == ["a lighthouse"]
    assert address(page) == {"q": "light"}


@pytest.mark.parametrize("id", ["gen_none-0", "../tokens"])
def test_a_link_to_a_picture_that_is_not_there_is_told(gateway, id):
    page = opened(picture=id)

    assert "is not in the history" in words(page.info) or "nothing yet" in words(page.info)


def test_a_picture_of_another_endpoint_says_so(client, gateway):
    with InkcloudClient(gateway.url, token=gateway.token, endpoint="shut") as other:
        other.generate("elsewhere")
    [picture] = client.history().pictures

    page = opened(picture=picture.id)

    assert "The endpoint shut drew it." in words(page.caption)


def test_a_picture_whose_file_is_gone_is_told_and_the_page_works(client, gateway):
    client.generate("lost", seed=3)
    [picture] = client.history().pictures
    gateway.images.path(picture.sha256).unlink()

    page = opened()
    assert "The file of this picture is missing." in words(page.get("html"))

    press(page, f"open_{picture.id}")
    assert "missing or damaged" in words(page.error)


def test_a_gateway_that_is_away_is_told(gateway, monkeypatch):
    monkeypatch.setenv("INKCLOUD_URL", "http://127.0.0.1:9")

    page = opened()

    assert "Nothing answers at http" in words(page.error)


def test_each_picture_of_a_generation_leads_to_its_own_seed(client):
    client.generate("a star", num_images=2, seed=5, guidance_scale=3.25, width=128)

    for picture, seed in zip(client.history().pictures, ("6", "5"), strict=True):
        linked = read_query(playground_query(picture))
        [panel] = linked.panels
        assert (linked.prompt, panel.seed, panel.images, panel.width) == ("a star", seed, 1, 128)
        [image] = client.generate(**_request(panel, linked.prompt))
        assert image.sha256 == picture.sha256


def test_a_picture_that_began_as_another_leads_to_the_playground_with_it(client):
    start = base64.b64encode(tiny_png(seed=4)).decode()
    client.generate("a star", image=start, strength=0.5, seed=7)
    [picture] = client.history().pictures

    query = playground_query(picture)

    [panel] = read_query(query).panels
    assert (panel.strength, panel.seed, query["start"]) == (0.5, "7", picture.id)
    assert base64.b64encode(client.history_start_image(query["start"])).decode() == start


def _request(panel, prompt):
    values = panel.request(prompt).as_mapping()
    return {name: value for name, value in values.items() if value is not None}


def test_a_picture_with_strange_values_has_no_link_and_is_still_shown(client):
    client.generate("odd")
    [picture] = client.history().pictures
    for record in ({"scheduler": "none"}, {"num_inference_steps": "x"}, {"seed": None}):
        strange = type(picture)(**{**vars(picture), "record": record, "request": {"prompt": "<b>"}})
        assert playground_query(strange) is None
        assert short_facts(strange)
        assert "<b>" not in card_html(strange, b"")


def test_the_other_pages_pictures_are_told_from_single_ones():
    tags = (f"{CellRun.kind}/x/001/1", f"{SCHEDULERS}/x/001/1", f"{DENOISING}x", "lesson-steps/x/1")

    assert {PictureKind.of_tag(tag) for tag in tags} == {PictureKind.EXPERIMENT}
    assert PictureKind.of_tag(f"{PLAYGROUND}x/1/2") is PictureKind.SINGLE


@pytest.mark.parametrize(
    "view",
    [
        HistoryView(),
        HistoryView(text="a & b=c", scheduler=SamplerName.PNDM, kind=PictureKind.EXPERIMENT),
        HistoryView(steps=(1, 20), guidance=(7.5, 20.0), favourites=True, deleted=True),
        HistoryView(sort=HistorySort.FASTEST, after="gen_x-0"),
        HistoryView(before="gen_x-15"),
    ],
)
def test_an_address_holds_a_view(view):
    assert HistoryView.from_query(view.to_query()) == view


@pytest.mark.parametrize(
    "query",
    [
        {"sort": "x", "kind": "y", "scheduler": "z", "steps": "9-1", "guidance": "a-b"},
        {"after": "../x", "before": "a b", "favourites": "yes", "steps": "1-99999"},
    ],
)
def test_an_address_that_cannot_be_read_is_the_usual_view(query):
    assert HistoryView.from_query(query) == HistoryView()


def test_thumbnails_are_kept_and_their_number_is_bounded(client):
    client.generate("many", num_images=8)
    pictures = client.history().pictures
    cache = ThumbnailCache(most=5)

    first = cache.fetch(client, pictures)

    assert set(first) == {picture.id for picture in pictures}
    assert len(cache) == 5
    with InkcloudClient("http://127.0.0.1:9", token="ink_x") as nowhere:
        assert len(cache.fetch(nowhere, pictures)) == 5
