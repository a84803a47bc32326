"""The page History in a real Chromium, against the whole of Inkcloud."""

import io
import urllib.parse
from zipfile import ZipFile

import pytest

from support.axe import grave_issues
from support.browser import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PROMPTS = ("a red octopus", "a blue whale", "a green cat")


@pytest.fixture(scope="module")
def drawn(inkcloud):
    """Pictures of single generations, and two of a grid; the answers of their generations."""
    jobs = []
    for number, prompt in enumerate((*PROMPTS, "a cell", "a cell")):
        body = {
            "prompt": prompt,
            "negative_prompt": "grey, blurry" if number else "",
            "num_inference_steps": 4 + number,
            "scheduler": "K_EULER_ANCESTRAL",
            "guidance_scale": 6.5,
            "seed": 2**64 - 1 - number,
            "tag": f"grid/x/{number}" if prompt == "a cell" else "",
        }
        jobs.append(inkcloud.ask("POST", "/endpoints/text2image/generations", body))
    while any(job["state"] in {"queued", "running"} for job in jobs):
        jobs = [inkcloud.get(f"/endpoints/text2image/generations/{job['id']}") for job in jobs]
    return jobs


def cards(browser) -> list[str]:
    """The alternative texts of the pictures that have really been loaded."""
    return browser.read(lambda: [i.get_attribute("alt") for i in browser.loaded(".ink-card img")])


def address(browser) -> dict[str, str]:
    return dict(urllib.parse.parse_qsl(urllib.parse.urlparse(browser.driver.current_url).query))


def shows(browser, *prompts: str) -> None:
    browser.wait_for(lambda: sorted(cards(browser)) == sorted(prompts))
    browser.settle()


def test_pictures_are_found_chosen_exported_deleted_and_had_back(inkcloud, drawn, browser):
    browser.open(f"{inkcloud.playground_url}/history", until="history_all")
    shows(browser, *PROMPTS, "a cell", "a cell")
    assert grave_issues(browser.driver) == []
    browser.photograph("history-desktop.png", size=DESKTOP)
    browser.resize(PHONE)
    browser.settle()
    assert not browser.scrolls_sideways()
    browser.photograph("history-phone.png", size=PHONE)
    browser.resize(DESKTOP)

    browser.fill("history_search", "OCT red")
    shows(browser, "a red octopus")
    assert address(browser) == {"q": "OCT red"}
    browser.driver.refresh()
    shows(browser, "a red octopus")
    browser.driver.get(f"{inkcloud.playground_url}/history?kind=single&sort=most_steps")
    browser.wait_for(lambda: cards(browser) == [*reversed(PROMPTS)])

    browser.press("history_all")
    browser.wait_for(lambda: "3 selected" in browser.text("history_actions"))
    browser.driver.refresh()
    shows(browser, *PROMPTS)
    browser.wait_for(lambda: "3 selected" in browser.text("history_actions"))
    browser.press("history_export")
    archive = ZipFile(io.BytesIO(downloaded(browser, "*.zip")))
    assert len(archive.namelist()) == 5
    assert "a green cat" in archive.read("index.html").decode()

    browser.press("history_delete")
    browser.wait_for(lambda: browser.has("history_clear"))
    assert len(inkcloud.get("/history?deleted=true")["pictures"]) == 3
    browser.press("history_undo")
    shows(browser, *PROMPTS)


def test_who_clicks_before_the_page_was_drawn_again_chooses_and_filters_by_both(
    inkcloud, drawn, browser
):
    browser.open(f"{inkcloud.playground_url}/history?kind=single", until="history_all")
    shows(browser, *PROMPTS)
    boxes = [f".st-key-choose_{job['id']}-0" for job in drawn[:3]]
    browser.click_too_early(f"{boxes[1]} input")
    browser.click(f"{boxes[0]} label")
    browser.wait_for(lambda: "2 selected" in browser.text("history_actions"))
    browser.settle()
    browser.click_too_early(f"{boxes[0]} input")
    browser.click(f"{boxes[2]} label")
    browser.wait_for(lambda: address(browser)["chosen"] == f"{drawn[1]['id']}-0.{drawn[2]['id']}-0")

    browser.click(".st-key-history_more summary")
    browser.settle()
    browser.click_too_early(".st-key-history_favourites input")
    browser.fill("history_search", "whale")
    browser.wait_for(lambda: {"q", "favourites"} <= address(browser).keys())
    assert browser.value("history_search") == "whale"


def test_a_favourite_is_found_by_filters_and_sorted_by_its_steps(inkcloud, drawn, browser):
    browser.open(f"{inkcloud.playground_url}/history?kind=single", until="history_all")
    shows(browser, *PROMPTS)
    browser.choose("history_sort", "Most steps first")
    browser.wait_for(lambda: cards(browser) == [*reversed(PROMPTS)])
    browser.choose("history_sort", "Fewest steps first")
    browser.wait_for(lambda: cards(browser) == [*PROMPTS])

    browser.press(f"mark_{drawn[2]['id']}-0")
    browser.wait_for(lambda: "★ Favourite." in browser.driver.page_source)
    browser.click(".st-key-history_more summary")
    browser.click(".st-key-history_favourites label")
    shows(browser, "a green cat")
    assert address(browser)["favourites"]
    browser.press(f"mark_{drawn[2]['id']}-0")  # takes the mark away
    browser.wait_for(lambda: cards(browser) == [])
    assert inkcloud.get("/history?favourites=true")["pictures"] == []


def test_a_picture_is_noted_and_drawn_again_byte_for_byte(inkcloud, drawn, browser):
    [image] = drawn[1]["images"]
    id = f"{drawn[1]['id']}-0"
    browser.open(f"{inkcloud.playground_url}/history?q=whale", until=f"open_{id}")
    browser.press(f"open_{id}")
    browser.wait_for(lambda: browser.has("history_open_playground"))
    for text in ("grey, blurry", "K_EULER_ANCESTRAL", str(2**64 - 2), "guidance"):
        browser.wait_for(lambda text=text: text.lower() in browser.driver.page_source.lower())
    browser.settle()
    browser.photograph("history-picture.png", size=DESKTOP)

    browser.type(f"note_{id}", "for Ada", tag="textarea")
    browser.press("history_save_note")
    browser.wait_for(lambda: "The note is saved." in browser.driver.page_source)
    assert inkcloud.get("/history?query=ada")["pictures"][0]["id"] == id

    browser.press("history_open_playground")
    browser.press("generate")
    again = browser.wait_for(
        lambda: [p for p in inkcloud.get("/history?query=whale")["pictures"] if p["id"] != id]
    )

    assert [picture["sha256"] for picture in again] == [image["sha256"]]


def downloaded(browser, pattern: str) -> bytes:
    """Wait for a download and return the file's bytes."""
    path = browser.wait_for(lambda: next(iter(browser.downloads.glob(pattern)), None))
    return path.read_bytes()
