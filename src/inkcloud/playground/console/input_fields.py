"""A field of the page for each input of a method, and what they hold as a request."""

import base64
import binascii
import itertools
import json
import math
from collections.abc import Collection
from typing import Any

import streamlit as st

from inkcloud.domain.errors import InvalidRequest
from inkcloud.playground.console.answer import kind_of
from inkcloud.playground.console.inputs import LARGEST_EXACT, Input, Kind, Method
from inkcloud.playground.wording import escaped

_WHOLE_JSON = "request"
_SHORT_FORM = 6
_NARROW = {Kind.WHOLE, Kind.NUMBER, Kind.CHOICE, Kind.FLAG, Kind.LARGE_WHOLE}
_PREVIEW_PIXELS = 128
_UPLOAD_MEGABYTES = 7  # in base64 it grows by a third, and a request may have ten


def draw_inputs(
    prefix: str, method: Method, first: dict[str, Any], leading: Collection[str] = ()
) -> dict[str, Any]:
    """Draw the fields and return what they hold, as it was typed.

    Of many inputs those that must be given and the leading ones come first; the rest can be
    unfolded.

    Args:
        prefix: of the fields' keys.
        method: what is asked.
        first: values to begin with, in place of the defaults.
        leading: names of inputs that people will want to see.
    """
    if method.open_ended:
        return {_WHOLE_JSON: _draw_whole_request(prefix, first)}
    ahead, rest = _parted(method, leading)
    held = _draw_all(prefix, ahead, first)
    if rest:
        with st.expander("More inputs"):
            held |= _draw_all(prefix, rest, first)
    return held


def _parted(method: Method, leading: Collection[str]) -> tuple[list[Input], list[Input]]:
    if len(method.inputs) <= _SHORT_FORM:
        return list(method.inputs), []
    ahead = [each for each in method.inputs if each.required or each.name in leading]
    if not ahead:
        ahead = list(method.inputs[:_SHORT_FORM])
    return ahead, [each for each in method.inputs if each not in ahead]


def _draw_all(prefix: str, inputs: list[Input], first: dict[str, Any]) -> dict[str, Any]:
    """Draw fields below each other, but narrow ones side by side."""
    held = {}
    for narrow, group in itertools.groupby(inputs, key=lambda each: each.kind in _NARROW):
        columns = st.columns(2) if narrow else [st.container()]
        for index, each in enumerate(group):
            with columns[index % len(columns)]:
                held[each.name] = _draw(prefix, each, first.get(each.name, each.default))
    return held


def read_inputs(
    method: Method, held: dict[str, Any], leading: Collection[str] = ()
) -> dict[str, Any]:
    """Return a request's body from what the fields hold.

    An input that was left empty is left out, and so is one that stands at its default, unless
    it is a leading one: the request stays short enough to be read.

    Args:
        method: what is asked.
        held: what `draw_inputs` returned.
        leading: names of inputs that are sent in any case.

    Raises:
        InvalidRequest: names the first input that cannot be sent.
    """
    if method.open_ended:
        return _object(held[_WHOLE_JSON])
    body = {}
    for each in method.inputs:
        value = _read(each, held[each.name])
        needed = each.required or each.name in leading
        if value is not None and (needed or not _same(value, each.default)):
            body[each.name] = value
        elif value is None and each.required:
            raise InvalidRequest(
                f"{each.title} is missing.", field=each.name, allowed="a value; it has no default"
            )
    return body


def _draw_whole_request(prefix: str, first: dict[str, Any]) -> str:
    return str(
        st.text_area(
            "Request (JSON)",
            json.dumps(first, indent=2, ensure_ascii=False),
            key=f"{prefix}_{_WHOLE_JSON}",
            help="The service does not say what it takes, so this is sent as it is.",
            height=200,
        )
    )


def _draw(prefix: str, each: Input, value: Any) -> Any:  # noqa: ANN401
    # With its kind: the service may tell another one than the example has shown.
    key = f"{prefix}_{each.name}_{each.kind.name.lower()}"
    label = escaped(each.title)
    hint = escaped(each.description) or None
    match each.kind:
        case Kind.WHOLE | Kind.NUMBER:
            return _draw_number(key, label, hint, each, value)
        case Kind.CHOICE:
            options = list(each.choices)
            index = options.index(value) if value in options else None
            return st.selectbox(label, options, index, format_func=str, key=key, help=hint)
        case Kind.FLAG:
            return st.checkbox(label, bool(value), key=key, help=hint)
        case Kind.MEDIA | Kind.BASE64:
            return _draw_file(key, label, hint, value)
        case Kind.JSON:
            text = "" if value is None else json.dumps(value, indent=2, ensure_ascii=False)
            return st.text_area(f"{label} (JSON)", text, key=key, help=hint)
        case Kind.LONG_TEXT | Kind.WRAPPED_TEXT:
            text = value.get("text", "") if isinstance(value, dict) else value
            return st.text_area(label, str(text or ""), key=key, help=hint)
        case _:
            return st.text_input(label, "" if value is None else str(value), key=key, help=hint)


def _draw_file(key: str, label: str, hint: str | None, value: object) -> bytes | None:
    """Draw a place for a file; a first one stands in for as long as none is uploaded."""
    uploaded = st.file_uploader(label, key=key, help=hint, max_upload_size=_UPLOAD_MEGABYTES)
    if uploaded is not None:
        content = bytes(uploaded.getvalue())
        if kind_of(content):
            st.image(content, width=_PREVIEW_PIXELS)
        return content
    first = _decoded(value)
    if first is not None and kind_of(first):
        st.image(first, width=_PREVIEW_PIXELS, caption="Sent unless you upload another one.")
    return first


def _decoded(value: object) -> bytes | None:
    text = value.get("data") if isinstance(value, dict) else value
    if not isinstance(text, str) or not text:
        return None
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return None


def _draw_number(
    key: str,
    label: str,
    hint: str | None,
    each: Input,
    value: Any,  # noqa: ANN401
) -> float | None:
    make = int if each.kind is Kind.WHOLE else float
    lowest = None if each.lowest is None else make(max(each.lowest, -LARGEST_EXACT))
    highest = None if each.highest is None else make(min(each.highest, LARGEST_EXACT))
    number = isinstance(value, int | float) and not isinstance(value, bool)
    found: float | None = st.number_input(
        label,
        lowest,
        highest,
        make(value) if number else None,
        step=1 if each.kind is Kind.WHOLE else None,
        format=None if each.kind is Kind.WHOLE else "%g",
        key=key,
        help=hint,
    )
    return found


def _read(each: Input, held: Any) -> Any:  # noqa: ANN401
    match each.kind:
        case Kind.MEDIA:
            return None if held is None else {"data": _coded(held)}
        case Kind.BASE64:
            return None if held is None else _coded(held)
        case Kind.WRAPPED_TEXT:
            return {"text": held} if held or each.required else None
        case Kind.JSON:
            return _json(each, held) if held.strip() else None
        case Kind.LARGE_WHOLE:
            return _whole(each, held) if held.strip() else None
        case Kind.TEXT | Kind.LONG_TEXT:
            return None if held == "" and each.default is None and not each.required else held
        case Kind.NUMBER if held is not None and not math.isfinite(held):
            raise InvalidRequest(
                f"{each.title} is no number.", field=each.name, value=held, allowed="a number"
            )
        case _:
            return held


def _same(value: object, default: object) -> bool:
    # As text, because Python takes `true` and `1` for equal.
    return json.dumps(value, sort_keys=True) == json.dumps(default, sort_keys=True)


def _coded(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _whole(each: Input, text: str) -> int:
    try:
        return int(text.strip())
    except ValueError:
        raise InvalidRequest(
            f"{each.title} is not a whole number.",
            field=each.name,
            value=text,
            allowed="a whole number",
        ) from None


def _json(each: Input, text: str) -> Any:  # noqa: ANN401
    try:
        return json.loads(text, parse_constant=_refused)
    except ValueError as error:
        raise InvalidRequest(
            f"{each.title} is not JSON: {error}.", field=each.name, value=text, allowed="JSON"
        ) from None


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text or "{}", parse_constant=_refused)
    except ValueError as error:
        raise InvalidRequest(
            f"The request is not JSON: {error}.", field=_WHOLE_JSON, value=text, allowed="JSON"
        ) from None
    if not isinstance(value, dict):
        raise InvalidRequest(
            "The request is JSON, but no object.",
            field=_WHOLE_JSON,
            value=text,
            allowed='an object such as {"name": "value"}',
        )
    return value


def _refused(name: str) -> None:
    message = f"{name} is no JSON"
    raise ValueError(message)
