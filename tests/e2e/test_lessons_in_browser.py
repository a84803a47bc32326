"""A lesson in a real Chromium by keyboard alone, on the built-in model.

With SCREENSHOTS=docs/images the test also writes the pictures of the documentation.
"""

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from inkcloud.playground.lessons.course import LESSONS
from support.axe import grave_issues
from support.browser import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MOST_TABS = 80
HELD = "return document.activeElement && document.activeElement.closest('.st-key-' + arguments[0])"
CHECKED = (
    "const held = document.querySelector('.st-key-' + arguments[0] + ' input:checked');"
    "return held && held.closest('label').innerText"
)


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
        if text in str(browser.driver.execute_script(CHECKED, key)):
            return
        send(browser, Keys.ARROW_DOWN)
    raise AssertionError(f"{key} does not get to {text!r}.")


def press(browser, key: str) -> None:
    browser.wait_for(lambda: browser.widget(key, "button").is_enabled())
    tab_to(browser, key)
    send(browser, Keys.ENTER)


def test_a_lesson_is_done_by_keyboard_alone(inkcloud, browser):
    lesson = next(lesson for lesson in LESSONS if lesson.name == "negative")
    key = f"lesson_{lesson.name}_answer"
    right = lesson.question.answer(lesson.question.right)
    wrong = next(answer for answer in lesson.question.answers if answer is not right)
    browser.driver.get(inkcloud.playground_url + "/lessons")
    browser.widget("lesson_run", "button")

    choose(browser, "lesson_choice", lesson.title)
    browser.wait_for(lambda: lesson.title in browser.text("lesson_text"))
    press(browser, "lesson_run")
    browser.wait_for(lambda: "moved the picture by 0.0 levels" in browser.text("lesson_reading"))
    pictures = browser.shown(".st-key-lesson_pictures img")
    assert [picture.get_attribute("alt")[:9] for picture in pictures] == ["an apple."] * 4

    choose(browser, key, wrong.text)
    press(browser, "lesson_check")
    browser.wait_for(lambda: "Not quite" in browser.text("lesson_feedback"))
    choose(browser, key, right.text)
    press(browser, "lesson_check")
    browser.wait_for(lambda: "Your experiment shows it" in browser.text("lesson_feedback"))

    for size in (DESKTOP, PHONE):
        browser.resize(size)
        assert not browser.scrolls_sideways()
        browser.photograph(f"lesson-{size[0]}.png", size=size, whole=True)
    assert not grave_issues(browser.driver)

    browser.driver.refresh()
    browser.wait_for(lambda: "Your experiment shows it" in browser.text("lesson_feedback"))
    drawn = inkcloud.get("/endpoints/text2image/generations?tag_prefix=lesson-negative/")
    assert len(drawn["generations"]) == 4
