"""The pages: `streamlit run src/inkcloud/playground/app.py`."""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
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
from inkcloud.playground.generate_page import draw_generate_page
from inkcloud.playground.opening import open_session, shared_client
from inkcloud.playground.pages import remember_pages
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
    draw_style()
    if not admitted:
        return
    made = st.session_state.pop(MADE, "")
    if made:
        st.switch_page(_page(pages, "endpoints"), query_params={"endpoint": made})
    page.run()


def _pages(connection: Connection) -> list[StreamlitPage]:
    """Return all pages in the order in which they are offered."""
    return [
        st.Page(
            _generate_page(connection),
            title="Generate",
            icon=":material/brush:",
            url_path="generate",
            default=True,
        ),
        st.Page(
            _drawing_page(connection, _later("inkcloud.playground.grid.page", "draw_grid_page")),
            title="Grid",
            icon=":material/grid_on:",
            url_path="grid",
        ),
        st.Page(
            _drawing_page(
                connection, _later("inkcloud.playground.denoising.page", "draw_denoising_page")
            ),
            title="Denoising",
            icon=":material/blur_on:",
            url_path="denoising",
        ),
        st.Page(
            _drawing_page(
                connection, _later("inkcloud.playground.schedulers.page", "draw_schedulers_page")
            ),
            title="Schedulers",
            icon=":material/show_chart:",
            url_path="schedulers",
        ),
        st.Page(
            _drawing_page(
                connection, _later("inkcloud.playground.lessons.page", "draw_lessons_page")
            ),
            title="Lessons",
            icon=":material/school:",
            url_path="lessons",
        ),
        st.Page(
            _console_page(
                connection,
                lambda client: _later("inkcloud.playground.history.page", "draw_history_page")(
                    client, connection.endpoint
                ),
            ),
            title="History",
            icon=":material/photo_library:",
            url_path="history",
        ),
        st.Page(
            _console_page(
                connection,
                _later("inkcloud.playground.console.endpoints_page", "draw_endpoints_page"),
            ),
            title="Endpoints",
            icon=":material/dns:",
            url_path="endpoints",
        ),
        st.Page(
            _console_page(
                connection, _later("inkcloud.playground.console.models_page", "draw_models_page")
            ),
            title="Models",
            icon=":material/deployed_code:",
            url_path="models",
        ),
        st.Page(
            _console_page(
                connection, _later("inkcloud.playground.console.tokens_page", "draw_tokens_page")
            ),
            title="Tokens",
            icon=":material/key:",
            url_path="tokens",
        ),
        st.Page(
            lambda: _later("inkcloud.playground.sharing.page", "draw_sharing_page")(connection),
            title="Sharing",
            icon=":material/share:",
            url_path="sharing",
        ),
    ]


def _later(module: str, name: str) -> Callable[..., None]:
    """Return a page's function that is imported when the page is opened.

    Some bring a plotting library along, for which the first page must not wait.
    """

    def draw(*arguments: Any) -> None:
        getattr(import_module(module), name)(*arguments)

    return draw


def _page(pages: list[StreamlitPage], path: str) -> StreamlitPage:
    return next(page for page in pages if page.url_path == path)


def _generate_page(connection: Connection) -> Callable[[], None]:
    def draw() -> None:
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
