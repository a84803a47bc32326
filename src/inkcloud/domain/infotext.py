"""The one-paragraph description that the web UI's tools read from a PNG ("parameters")."""

from inkcloud.domain.record import Record


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
