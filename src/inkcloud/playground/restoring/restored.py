"""A panel's parameters as a picture's file tells them, and what of it could not be taken over."""

import json
import re
from dataclasses import dataclass, field, replace
from typing import Any

from inkcloud.domain.errors import InkcloudError, InvalidRequest
from inkcloud.domain.infotext import Infotext, read_infotext
from inkcloud.domain.record import Record
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.playground.parameters import Parameters
from inkcloud.playground.presets import PRESETS
from inkcloud.playground.restoring.other_tools import (
    COMFY_CHUNK,
    INVOKE_CHUNK,
    read_comfy,
    read_invoke,
)
from inkcloud.playground.restoring.picture_texts import picture_texts

INFOTEXT_CHUNK = "parameters"
RECORD_CHUNK = "inkcloud"
_START = replace(PRESETS[0].parameters, negative_prompt="")
_WITHOUT_EFFECT = {"Version", "Model hash", "Variation seed strength", "Lora hashes", "TI hashes"}
_PLAIN_SCHEDULES = {"", "automatic", "uniform", "normal"}
_SUFFIX = re.compile(r"\s+(Karras|Exponential|SGM Uniform|Polyexponential)$", re.IGNORECASE)
_WEIGHTED = re.compile(r"<(?:lora|lyco|hypernet):|\([^()]*:[\d.]+\)")


@dataclass(frozen=True)
class Restored:
    """What a picture's file tells.

    Attributes:
        prompt: what it shows.
        parameters: what a panel draws it with.
        written_by: who wrote the file, in words.
        model: the model that it names; "" if it names none.
        model_hash: the beginning of the model's SHA-256; "" if it is not told.
        notes: what could not be taken over, a sentence each.
    """

    prompt: str
    parameters: Parameters
    written_by: str
    model: str = ""
    model_hash: str = ""
    notes: tuple[str, ...] = field(default=())


def restore(data: bytes) -> Restored:
    """Return what a picture's file tells of how it was drawn.

    Raises:
        InvalidRequest: if it is no picture, or tells nothing that can be used.
    """
    texts = picture_texts(data)
    if RECORD_CHUNK in texts:
        return _from_record(texts[RECORD_CHUNK])
    found = _other_tools(texts)
    if found is None:
        raise InvalidRequest(
            "The picture does not say how it was drawn.",
            field="picture",
            value=", ".join(sorted(texts)) or "no text at all",
            allowed="a file as a tool for pictures saved it; programs that edit or send pictures "
            "often drop these texts",
        )
    return from_infotext(*found)


def from_infotext(found: Infotext, written_by: str) -> Restored:
    """Return the parameters that another tool's words come to."""
    notes: list[str] = []
    values = {
        **_numbers(found.facts, notes),
        **_sampler(found.facts, notes),
        **_size(found.facts, notes),
    }
    if _WEIGHTED.search(found.prompt + found.negative_prompt):
        notes.append("Weights and networks in the prompt, such as (word:1.2), are plain text here.")
    strength = found.facts.get("Denoising strength")
    if strength is not None:
        notes.append("It began as another picture or was enlarged; here it begins as noise.")
    left = sorted(set(found.facts) - _KNOWN)
    if left:
        rest = ", ".join(f"{name} {found.facts[name]}"[:60] for name in left[:12])
        notes.append(f"Not taken over: {rest}.")
    prompt, negative = (text.replace("\0", "") for text in (found.prompt, found.negative_prompt))
    parameters = replace(_START, negative_prompt=negative, **values)
    return _checked(
        Restored(
            prompt=prompt,
            parameters=parameters,
            written_by=written_by,
            model=found.facts.get("Model", ""),
            model_hash=found.facts.get("Model hash", ""),
            notes=tuple(notes),
        )
    )


_KNOWN = _WITHOUT_EFFECT | {
    "Steps",
    "Sampler",
    "Schedule type",
    "CFG scale",
    "Seed",
    "Size",
    "Model",
    "Variation seed",
    "Denoising strength",
}


def _other_tools(texts: dict[str, str]) -> tuple[Infotext, str] | None:
    if texts.get(INFOTEXT_CHUNK, "").strip():
        return read_infotext(texts[INFOTEXT_CHUNK]), "the web UI or a tool that writes its form"
    if INVOKE_CHUNK in texts and (found := read_invoke(texts[INVOKE_CHUNK])):
        return found, "InvokeAI"
    if COMFY_CHUNK in texts and (found := read_comfy(texts[COMFY_CHUNK])):
        return found, "ComfyUI"
    return None


def _from_record(text: str) -> Restored:
    try:
        record = Record.from_mapping(json.loads(text))
        notes = _notes_of(record)
        request = replace(record, strength=None, image_sha256=None).request()
        parameters = Parameters.from_request(request.as_mapping())
    except InkcloudError:
        raise
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidRequest(
            "The picture's record is damaged.",
            field="picture",
            allowed="a PNG that Inkcloud wrote and no other program saved over",
        ) from error
    return _checked(
        Restored(
            prompt=record.prompt,
            parameters=parameters,
            written_by="Inkcloud",
            model=str(record.checkpoint),
            model_hash=str(record.checkpoint_hash),
            notes=notes,
        )
    )


def _notes_of(record: Record) -> tuple[str, ...]:
    if record.strength is None:
        return ()
    return (
        "It began as another picture, which its file does not hold; here it begins as noise. "
        "`inkcloud reproduce --image` draws it again.",
    )


def _checked(restored: Restored) -> Restored:
    """Return it if a panel can hold it.

    Raises:
        InvalidRequest: names the field that it cannot hold.
    """
    restored.parameters.request(restored.prompt if restored.prompt.strip() else "-")
    return restored


def _numbers(facts: dict[str, str], notes: list[str]) -> dict[str, Any]:
    read = {
        "Steps": ("steps", int),
        "CFG scale": ("guidance_scale", float),
        "Seed": ("seed", int),
        "Variation seed": ("variation_seed", int),
        "Variation seed strength": ("variation_strength", float),
    }
    values: dict[str, Any] = {}
    for name, (key, kind) in read.items():
        if name not in facts:
            continue
        try:
            number = kind(facts[name][:40])
            value: Any = str(number) if key.endswith("seed") else number
            replace(_START, **{key: value}).request("-")
        except (ValueError, OverflowError, InvalidRequest):
            notes.append(f"{name} {facts[name][:40]} is not possible here and was left out.")
        else:
            values[key] = value
    return values


def _sampler(facts: dict[str, str], notes: list[str]) -> dict[str, Any]:
    name = facts.get("Sampler", "")
    suffix = _SUFFIX.search(name)
    plain = _SUFFIX.sub("", name)
    schedule = suffix[1] if suffix else facts.get("Schedule type", "")
    if schedule.strip().lower() not in _PLAIN_SCHEDULES:
        notes.append(
            f"The noise levels “{schedule[:40]}” are not offered here, so the picture will differ."
        )
    if not plain:
        return {}
    try:
        return {"scheduler": SamplerName.parse(plain)}
    except InvalidRequest:
        used = _START.scheduler.value
        notes.append(f"There is no sampler {plain[:40]} here; {used} takes its place.")
        return {}


def _size(facts: dict[str, str], notes: list[str]) -> dict[str, Any]:
    text = facts.get("Size", "")
    if not text:
        return {}
    match = re.fullmatch(r"(\d{1,5})\s*x\s*(\d{1,5})", text.strip(), re.ASCII)
    if match:
        values: dict[str, Any] = {"width": int(match[1]), "height": int(match[2])}
        try:
            replace(_START, **values).request("-")
        except InvalidRequest:
            pass
        else:
            return values
    notes.append(f"The size {text[:40]} is not possible here; the model's own takes its place.")
    return {}
