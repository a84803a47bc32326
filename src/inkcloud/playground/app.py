"""The pages: `streamlit run src/inkcloud/playground/app.py`."""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import Any

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from inkcloud.client import InkcloudClient
from inkcloud.domain.errors import InkcloudError
from inkcloud.playground.connection import Connection, only_for_this_machine
from inkcloud.playground.console.model_form import MADE
from inkcloud.playground.console.sign_in import draw_sign_in
from inkcloud.playground.frame import draw_style
from inkcloud.playground.generate_page import draw_generate_page, draw_title
from inkcloud.playground.opening import open_session, shared_client
from inkcloud.playground.pages import page_at, remember_pages, remember_shown
from inkcloud.playground.session import current_session, has_session, keep
from inkcloud.playground.sharing.gate import asks_who, draw_gate
from inkcloud.playground.sharing.secrets import page_secrets, setting_secrets
from inkcloud.playground.wording import error_text


def show(settings: Mapping[str, str], *, personal: bool) -> None:
    """Draw the pages against the gateway and the endpoint that the settings name.

    Args:
        settings: `INKCLOUD_URL` and the other names that `Connection.from_settings` reads.
        personal: whether whoever opens the page is the one person it is for. Only then it
            opens the runs of others who use the same endpoint and token, and lends them that
            token to manage endpoints and tokens with.
    """
    st.set_page_config(page_title="Inkcloud playground", page_icon="🐙", layout="wide")
    try:
        secrets = page_secrets()
    except InkcloudError as error:
        st.error(error_text(error))
        return
    # Whoever signs in is one of several, even where the page itself listens on loopback.
    personal = personal and not asks_who(secrets)
    connection = Connection.from_settings(
        {**settings, **setting_secrets(secrets)}, personal=personal
    )
    admitted = draw_gate(secrets)
    pages = _pages(connection)
    # On a phone they are behind a button, which `draw_style` writes "Menu" beside.
    remember_pages(pages)
    page = st.navigation(pages, position="top" if admitted else "hidden")
    remember_shown(page)
    draw_style()
    if not admitted:
        return
    made = st.session_state.pop(MADE, "")
    if made:
        st.switch_page(page_at("endpoints"), query_params={"endpoint": made})
    page.run()


def _pages(connection: Connection) -> list[StreamlitPage]:
    """Return all pages in the order in which they are offered."""
    drawing, console = partial(_drawing_page, connection), partial(_console_page, connection)
    history = _later("history.page", "draw_history_page")
    models = _later("console.models_page", "draw_models_page")
    schedulers = _later("schedulers.page", "draw_schedulers_page")
    sharing = _later("sharing.page", "draw_sharing_page")
    return [
        st.Page(
            _generate_page(connection),
            title="Generate",
            icon=":material/brush:",
            default=True,
        ),
        _page("Grid", "grid_on", drawing(_later("grid.page", "draw_grid_page"))),
        _page("Denoising", "blur_on", drawing(_later("denoising.page", "draw_denoising_page"))),
        _page("Schedulers", "show_chart", drawing(schedulers)),
        _page("Lessons", "school", drawing(_later("lessons.page", "draw_lessons_page"))),
        _page(
            "History", "photo_library", console(lambda client: history(client, connection.endpoint))
        ),
        _page("Endpoints", "dns", console(_later("console.endpoints_page", "draw_endpoints_page"))),
        _page("Models", "deployed_code", console(models)),
        _page("Tokens", "key", console(_later("console.tokens_page", "draw_tokens_page"))),
        _page("Sharing", "share", lambda: sharing(connection)),
        st.Page(_to_the_front, title="Generate", url_path="generate", visibility="hidden"),
    ]


def _to_the_front() -> None:
    """Lead an address that has the first page's name to its real one, which has no path."""
    st.switch_page(page_at(""), query_params=st.query_params.to_dict())


def _page(title: str, icon: str, draw: Callable[[], None]) -> StreamlitPage:
    """Return a page whose address is its title in lower case."""
    return st.Page(draw, title=title, icon=f":material/{icon}:", url_path=title.lower())


def _later(module: str, name: str) -> Callable[..., None]:
    """Return a page's function that is imported when the page is opened.

    Some bring a plotting library along, for which the first page must not wait.

    Args:
        module: its module below `inkcloud.playground`.
        name: the function's.
    """

    def draw(*arguments: Any) -> None:
        getattr(import_module(f"inkcloud.playground.{module}"), name)(*arguments)

    return draw


def _generate_page(connection: Connection) -> Callable[[], None]:
    def draw() -> None:
        draw_title()  # before the gateway is asked: the first thing to be seen waits for nothing
        if not has_session():
            try:
                keep(open_session(connection))
            except InkcloudError as error:
                st.error(error_text(error))
                return
        draw_generate_page(current_session())

    return draw


def _drawing_page(
    connection: Connection, draw_page: Callable[[Callable[[str], InkcloudClient]], None]
) -> Callable[[], None]:
    def client(endpoint: str) -> InkcloudClient:
        return shared_client(replace(connection, endpoint=endpoint or connection.endpoint))

    def draw() -> None:
        try:
            client("")
        except InkcloudError as error:
            st.error(error_text(error))
            return
        draw_page(client)

    return draw


def _console_page(
    connection: Connection, draw_page: Callable[[InkcloudClient], None]
) -> Callable[[], None]:
    def draw() -> None:
        try:
            own = shared_client(connection)
        except InkcloudError as error:
            st.error(error_text(error))
            return
        client = draw_sign_in(connection, own)
        if client is not None:
            draw_page(client)

    return draw


def main() -> None:
    """Draw the page against the endpoint that the environment names."""
    show(os.environ, personal=only_for_this_machine(st.get_option("server.address")))


if __name__ == "__main__":
    main()
