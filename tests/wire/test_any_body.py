"""Whatever a body holds, a dialect reads it or says what is wrong with it."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkcloud.domain.endpoint import Endpoint
from inkcloud.domain.errors import InvalidRequest, NotFound
from inkcloud.wire import control_plane, image_api, octoai, openai, webui
from inkcloud.wire.webui_body import FromImageBody

MINE = Endpoint(name="mine", service="stub:Stub")
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["DDIM", "template:stub", "64x64", "png", "url", "active", "aGVsbG8="]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=4,
)
DECODERS = {
    "predict": (octoai.decode, octoai.FIELDS),
    "image API": (image_api.decode, image_api.FIELDS),
    "OpenAI": (openai.decode, openai.FIELDS),
    "txt2img": (webui.decode, tuple(FromImageBody.model_json_schema()["properties"])),
    "img2img": (
        lambda body: webui.decode(body, from_image=True),
        tuple(FromImageBody.model_json_schema()["properties"]),
    ),
    "options": (webui.decode_options, (webui.CHECKPOINT, webui.CHECKPOINT_HASH)),
    "new endpoint": (control_plane.decode_new, (*control_plane.UPDATABLE, "name", "port")),
    "change": (
        lambda body: MINE.changed(control_plane.decode_change(body, MINE)),
        control_plane.UPDATABLE,
    ),
}


@pytest.mark.parametrize("name", DECODERS)
@given(data=st.data())
def test_any_values_are_read_or_refused(name, data):
    decode, fields = DECODERS[name]
    body = data.draw(st.dictionaries(st.sampled_from(fields), JSON, max_size=6))
    if "prompt" in fields:
        body.setdefault("prompt", "x")

    with suppress(InvalidRequest, NotFound):
        decode(body)
