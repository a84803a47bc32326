"""What a page knows of its own address."""

from streamlit.testing.v1 import AppTest

from support.drawing_page import address, go_to


def script() -> None:
    import streamlit as st

    from inkcloud.playground.kept_address import KeptAddress

    kept = st.session_state.setdefault("kept", KeptAddress())
    st.session_state.places = [*st.session_state.get("places", []), kept.gone_to()]
    text = st.text_input("Text", key="text")
    if text == "again" and "drawn_again" not in st.session_state:
        st.session_state.drawn_again = "yes"
        st.rerun()
    kept.put({"text": text} if text else {})


def places(page: AppTest) -> list[dict[str, str] | None]:
    return page.session_state["places"]


def opened() -> AppTest:
    page = AppTest.from_function(script).run()
    page.text_input("text").set_value("one").run()
    assert places(page) == [None, None]
    return page


def test_an_address_that_is_gone_back_to_is_told_once():
    page = opened()

    go_to(page, {}).run()
    page.run()

    assert places(page)[2:] == [{}, None]


def test_what_is_typed_before_the_browser_has_the_latest_address_is_no_going_back():
    page = opened()

    go_to(page, {})
    page.text_input("text").set_value("two").run()

    assert places(page)[2:] == [None]
    assert address(page) == {"text": "two"}


def test_nor_is_it_in_a_run_that_begins_again_before_the_page_is_drawn():
    page = opened()

    go_to(page, {})
    page.text_input("text").set_value("again").run()

    assert places(page)[2:] == [None, None]
    assert address(page) == {"text": "again"}
