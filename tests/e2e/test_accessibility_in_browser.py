"""For people who do not see well or use no mouse, in a real Chromium.

axe-core looks at every page, light and dark, on a desk and on a phone; a lesson is done by keyboard
alone on the built-in model. With SCREENSHOTS=docs/images the pictures of the documentation are
written.
"""

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from inkcloud.playground.lessons.course import LESSONS
from support.axe import grave_issues
from support.browser import DESKTOP, PAGE_LINKS, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# Each scheme and each width once: all four together passed too, and take twice as long.
FORMS = (("light", DESKTOP), ("dark", PHONE))
BACKGROUND = (
    "return getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
)
PALE = "<p id='pale' style='color: #aaa; background: #fff'>Pale</p><img src='data:,'>"
PICTURES = ".st-key-lesson_pictures img"
MOST_TABS = 80
HELD = "return document.activeElement && document.activeElement.closest('.st-key-' + arguments[0])"
CHECKED = (
    "const held = document.querySelector('.st-key-' + arguments[0] + ' input:checked');"
    "return held && held.closest('label').innerText"
)


def turn(browser, scheme: str, size: tuple[int, int]) -> None:
    """Show the page in a scheme and a width, as high as it is: axe passes over what is hidden."""
    preference = {"name": "prefers-color-scheme", "value": scheme}
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [preference]})
    browser.resize(size)
    browser.wait_for(lambda: is_dark(browser) == (scheme == "dark"))
    browser.settle()
    height = browser.driver.execute_script(
        "return document.querySelector('[data-testid=stMain]').scrollHeight"
    )
    browser.resize((size[0], max(size[1], height)))


def is_dark(browser) -> bool:
    colour = browser.driver.execute_script(BACKGROUND)
    return sum(int(part) for part in colour[4:-1].split(",")[:3]) < 384


def issues(browser) -> list[str]:
    found = []
    for scheme, size in FORMS:
        turn(browser, scheme, size)
        found += [f"{scheme}, {size[0]} pixels: {issue}" for issue in grave_issues(browser.driver)]
    browser.resize(DESKTOP)
    return found


def test_no_page_has_a_serious_or_critical_issue(inkcloud, browser):
    browser.driver.get(inkcloud.playground_url)
    links = browser.wait_for(lambda: browser.shown(PAGE_LINKS))
    pages = [link.get_attribute("href") for link in links]
    assert len(pages) >= 5

    found = []
    for page in pages:
        browser.driver.get(page)
        browser.wait_for(lambda: browser.shown("h1"))
        browser.settle()
        found += [f"{page}: {issue}" for issue in issues(browser)]

    assert not found, "\n".join(found)


def test_the_test_above_would_find_an_issue(inkcloud, browser):
    browser.driver.get(inkcloud.playground_url + "/sharing")
    browser.wait_for(lambda: browser.shown("h1"))
    add = "document.querySelector('h1').insertAdjacentHTML('afterend', arguments[0])"
    browser.driver.execute_script(add, PALE)

    found = " ".join(grave_issues(browser.driver))

    assert "color-contrast" in found
    assert "image-alt" in found


def send(browser, key: str) -> None:
    ActionChains(browser.driver).send_keys(key).perform()


def tab_to(browser, key: str) -> None:
    """Press Tab until the widget has the focus."""
    for _ in range(MOST_TABS):
        if browser.driver.execute_script(HELD, key):
            return
        send(browser, Keys.TAB)
    raise AssertionError(f"Tab does not lead to {key}.")


def choose(browser, key: str, text: str) -> None:
    """Go through a radio group by its arrows until this one is chosen."""
    tab_to(browser, key)
    send(browser, Keys.SPACE)
    for _ in range(10):
        browser.settle()
        if text in checked(browser, key):
            return
        send(browser, Keys.ARROW_DOWN)
    raise AssertionError(f"{key} does not get to {text!r}.")


def checked(browser, key: str) -> str:
    """Return the words of what is chosen in a radio group, as they are seen."""
    return str(browser.driver.execute_script(CHECKED, key))


def press(browser, key: str) -> None:
    browser.wait_for(lambda: browser.widget(key, "button").is_enabled())
    tab_to(browser, key)
    send(browser, Keys.ENTER)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_every_lesson_is_done_by_keyboard_alone(inkcloud, browser, lesson):
    key = f"lesson_{lesson.name}_answer"
    right = lesson.question.answer(lesson.question.right)
    wrong = next(answer for answer in lesson.question.answers if answer is not right)
    if lesson is LESSONS[-1]:  # once through all of them by their arrows: each takes a second
        browser.driver.get(inkcloud.playground_url + "/lessons")
        browser.widget("lesson_run", "button")
        choose(browser, "lesson_choice", lesson.title)
    else:
        browser.driver.get(f"{inkcloud.playground_url}/lessons?lesson={lesson.name}")
    browser.wait_for(lambda: lesson.title in browser.text("lesson_text"))
    press(browser, "lesson_run")
    browser.wait_for(lambda: "What it measured" in browser.text("lesson_reading"))
    browser.wait_for(lambda: len(browser.shown(PICTURES)) >= 2)
    assert all(browser.attributes(PICTURES, "alt"))

    choose(browser, key, wrong.text)
    press(browser, "lesson_check")
    browser.wait_for(lambda: "Not quite" in browser.text("lesson_feedback"))
    choose(browser, key, right.text)
    press(browser, "lesson_check")
    browser.wait_for(lambda: "Your experiment shows it" in browser.text("lesson_feedback"))
    assert not grave_issues(browser.driver)
    for size in (DESKTOP, PHONE):
        browser.resize(size)
        assert not browser.scrolls_sideways()
        browser.photograph(f"lesson-{lesson.name}-{size[0]}.png", size=size, whole=True)


def test_an_answer_and_its_experiment_are_there_after_a_reload(inkcloud, browser):
    lesson = next(lesson for lesson in LESSONS if lesson.name == "negative")
    right = lesson.question.answer(lesson.question.right)
    browser.driver.get(inkcloud.playground_url + "/lessons?lesson=negative")
    press(browser, "lesson_run")
    browser.wait_for(lambda: "moved the picture by 0.0 levels" in browser.text("lesson_reading"))
    choose(browser, "lesson_negative_answer", right.text)
    press(browser, "lesson_check")
    browser.wait_for(lambda: "Your experiment shows it" in browser.text("lesson_feedback"))
    path = "/endpoints/text2image/generations?tag_prefix=lesson-negative/"
    drawn = len(inkcloud.get(path)["generations"])

    browser.driver.refresh()
    browser.wait_for(lambda: "Your experiment shows it" in browser.text("lesson_feedback"))

    assert len(inkcloud.get(path)["generations"]) == drawn
    browser.wait_for(lambda: "What it measured" in browser.text("lesson_reading"))
    browser.fill("lesson_negative_seed", "8")  # lets the page's script run once more
    assert checked(browser, "lesson_choice") == lesson.title
    assert checked(browser, "lesson_negative_answer") == right.text
