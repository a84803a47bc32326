"""Pictures of the history as one zip file, made piece by piece."""

import io
import json
import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from inkcloud.domain.history_entry import HistoryEntry
from inkcloud.domain.search_words import search_words
from inkcloud.storage.images import ImageStore

_FORMAT = 1
_NAME_LENGTH = 60
_PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Pictures from Inkcloud</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: auto; padding: 1rem }}
figure {{ display: grid; grid-template-columns: minmax(0, 16rem) 1fr; gap: 1rem; margin: 1rem 0 }}
img {{ max-width: 100% }}
figcaption {{ overflow-wrap: anywhere }}
@media (max-width: 40rem) {{ figure {{ grid-template-columns: 1fr }} }}
</style>
<h1>Pictures from Inkcloud</h1>
<p>{count} pictures. All that decided each of them is in records.json, and in its PNG.</p>
{figures}
</html>
"""


def export(entries: Sequence[HistoryEntry], images: ImageStore) -> Iterator[bytes]:
    """Yield the pieces of a zip file: the PNGs, records.json and index.html.

    A picture whose file is missing or damaged is left out, and the record says so.

    Args:
        entries: the pictures, in the order of the export.
        images: where the PNGs are.
    """
    pieces = _Pieces()
    named: list[tuple[str, HistoryEntry]] = []
    with ZipFile(pieces, "w", ZIP_STORED) as archive:
        for number, entry in enumerate(entries, 1):
            png = images.get(entry.sha256)
            name = _file_name(number, entry) if png is not None else ""
            named.append((name, entry))
            if png is not None:
                archive.writestr(_member(name, entry), png)
                yield pieces.taken()
        archive.writestr("records.json", _records(named), ZIP_DEFLATED)
        archive.writestr("index.html", _index(named), ZIP_DEFLATED)
    yield pieces.taken()


class _Pieces(io.RawIOBase):
    """A file that can only be written on, so that a zip needs no place to lie in."""

    def __init__(self) -> None:
        super().__init__()
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:  # noqa: ANN401 - any buffer, as io has it
        self._held += data
        return len(data)

    def taken(self) -> bytes:
        held, self._held = bytes(self._held), bytearray()
        return held


def _member(name: str, entry: HistoryEntry) -> ZipInfo:
    # A zip holds no time zone: UTC, as in records.json.
    moment = entry.created
    return ZipInfo(name, moment.timetuple()[:6])


def _file_name(number: int, entry: HistoryEntry) -> str:
    words = "-".join(search_words(str(_value(entry, "prompt"))))
    plain = re.sub(r"[^a-z0-9-]", "", words)[:_NAME_LENGTH].strip("-")
    parts = (f"{number:04}", plain, re.sub(r"[^0-9]", "", str(_value(entry, "seed")))[:20])
    return "-".join(part for part in parts if part) + ".png"


def _value(entry: HistoryEntry, name: str) -> object:
    return entry.record.get(name, entry.request.get(name, ""))


def _records(named: Sequence[tuple[str, HistoryEntry]]) -> str:
    pictures = [
        {
            "file": name or None,
            "id": entry.id,
            "endpoint": entry.endpoint,
            "created": entry.created.isoformat(),
            "seconds": entry.seconds,
            "sha256": entry.sha256,
            "favourite": entry.favourite,
            "note": entry.note,
            "request": entry.request,
            "record": entry.record,
        }
        for name, entry in named
    ]
    return json.dumps({"format": _FORMAT, "pictures": pictures}, indent=2)


def _index(named: Sequence[tuple[str, HistoryEntry]]) -> str:
    figures = "\n".join(_figure(name, entry) for name, entry in named)
    return _PAGE.format(count=len(named), figures=figures)


def _figure(name: str, entry: HistoryEntry) -> str:
    prompt = escape(str(_value(entry, "prompt")))
    picture = f'<img src="{escape(name)}" alt="{prompt}">'
    if not name:
        picture = "<p>Its file is missing.</p>"
    facts = [
        ("Negative prompt", "negative_prompt"),
        ("Steps", "num_inference_steps"),
        ("Scheduler", "scheduler"),
        ("Guidance", "guidance_scale"),
        ("Seed", "seed"),
        ("Width", "width"),
        ("Height", "height"),
        ("Model", "checkpoint"),
    ]
    lines = [f"<strong>{prompt}</strong>"]
    for label, field in facts:
        value = _value(entry, field)
        if value not in ("", None):
            lines.append(f"{label}: {escape(str(value))}")
    lines.append(f"Made: {entry.created:%Y-%m-%d %H:%M} UTC, in {entry.seconds:.1f} s")
    if entry.note:
        lines.append(f"Note: {escape(entry.note)}")
    return f"<figure>{picture}<figcaption>{'<br>'.join(lines)}</figcaption></figure>"
