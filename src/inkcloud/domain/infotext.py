"""The one-paragraph description that the web UI's tools read from a PNG ("parameters")."""

import json
import re
from dataclasses import dataclass, field

from inkcloud.domain.record import Record

_NEGATIVE = "Negative prompt:"
# A name, a colon, and a value that is quoted or holds no comma. The bounds keep a hostile line
# from taking longer than its length squared would allow.
_FACT = re.compile(r'\s{0,9}(\w[\w \-/]{0,60}):\s{0,9}("(?:\\.|[^\\"]){0,2000}"|[^,]*)(?:,|$)')
_LONGEST_LINE = 20_000
_FEWEST_FACTS = 3  # as the web UI itself has it


def infotext(record: Record) -> str:
    """Return a picture's parameters in the web UI's infotext form."""
    lines = [record.prompt]
    if record.negative_prompt:
        lines.append(f"Negative prompt: {record.negative_prompt}")
    facts = {
        "Steps": record.num_inference_steps,
        "Sampler": record.scheduler.infotext_name,
        "CFG scale": f"{record.guidance_scale:g}",
        "Seed": record.seed,
        "Size": f"{record.width}x{record.height}",
        "Model hash": record.checkpoint_hash[:10],
        "Model": record.checkpoint,
        "Variation seed": record.variation_seed,
        "Variation seed strength": record.variation_strength,
        "Denoising strength": None if record.strength is None else f"{record.strength:g}",
        "Version": f"Inkcloud {record.versions.get('inkcloud', 'unknown')}",
    }
    lines.append(
        ", ".join(f"{name}: {value}" for name, value in facts.items() if value is not None)
    )
    return "\n".join(lines)


@dataclass(frozen=True)
class Infotext:
    """What another tool says of a picture that it drew.

    Attributes:
        prompt: what it was to show.
        negative_prompt: what it was not to show.
        facts: everything else, as texts under the web UI's names, for example "CFG scale".
    """

    prompt: str
    negative_prompt: str = ""
    facts: dict[str, str] = field(default_factory=dict)


def read_infotext(text: str) -> Infotext:
    """Read the web UI's form: a prompt, a negative prompt, and a last line of facts.

    What cannot be a line of facts belongs to the prompt, so no text is refused.
    """
    lines = text.strip().splitlines()
    facts: dict[str, str] = {}
    last = lines[-1] if lines and len(lines[-1]) <= _LONGEST_LINE else ""
    if len(found := _FACT.findall(last)) >= _FEWEST_FACTS:
        facts = {name.strip(): _unquoted(value.strip()) for name, value in found}
        lines.pop()
    prompt: list[str] = []
    negative: list[str] = []
    seen = False
    for line in lines:
        if not seen and line.strip().startswith(_NEGATIVE):
            seen = True
            line = line.strip().removeprefix(_NEGATIVE)
        (negative if seen else prompt).append(line.strip())
    return Infotext("\n".join(prompt).strip(), "\n".join(negative).strip(), facts)


def _unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value
    try:
        return str(json.loads(value))
    except ValueError:
        return value
