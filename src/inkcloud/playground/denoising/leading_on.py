"""Where to go from a run: its steps as files, and its settings in the playground."""

import streamlit as st

from inkcloud.domain.errors import InkcloudError
from inkcloud.playground.denoising import form
from inkcloud.playground.denoising.film import Film
from inkcloud.playground.denoising.viewing import Viewing
from inkcloud.playground.link import generate_query
from inkcloud.playground.pages import page_at
from inkcloud.playground.parameters import Parameters


def draw_leading_on(viewing: Viewing) -> None:
    """Draw a button for all pictures of a run, and the link to the playground."""
    with st.container(horizontal=True):
        for number, film in enumerate(viewing.shown):
            _draw_files(number, film)
        _draw_link(viewing)


def _draw_files(number: int, film: Film) -> None:
    st.download_button(
        f"All steps of {film.scheduler} (ZIP)",
        film.archive,
        file_name=f"inkcloud-{film.scheduler}-steps.zip",
        mime="application/zip",
        key=form.key(f"files{number}"),
        on_click="ignore",
        icon=":material/folder_zip:",
    )


def _draw_link(viewing: Viewing) -> None:
    requests = [drawing.status.request for drawing in viewing.drawings if drawing.status]
    try:
        panels = [Parameters.from_request(request) for request in requests]
        query = generate_query(str(requests[0].get("prompt", "")), panels)
        page = page_at("")
    except (InkcloudError, LookupError):
        return
    st.page_link(page, label="Open in the playground", icon=":material/brush:", query_params=query)
