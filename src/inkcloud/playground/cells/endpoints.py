"""The endpoints of the gateway that draw pictures."""

import streamlit as st

from inkcloud.client import InkcloudClient
from inkcloud.domain.errors import InkcloudError

_SERVICE = "TextToImageService"
_SECONDS_KEPT = 15


def drawing_endpoints(client: InkcloudClient) -> tuple[str, ...]:
    """Return their names in order; asked for every 15 s at most.

    None is returned without a token that may list endpoints, and if there is only one:
    there is nothing to choose from then.
    """
    cached = st.cache_data(ttl=_SECONDS_KEPT, show_spinner=False, max_entries=20)(_names)
    names = cached(client, client.base_url)
    return names if len(names) > 1 else ()


def _names(_client: InkcloudClient, base_url: str) -> tuple[str, ...]:
    try:
        listed = _client.list_endpoints()
    except InkcloudError:
        return ()
    return tuple(sorted(each.name for each in listed if each.service.endswith(_SERVICE)))
