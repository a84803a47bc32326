"""Render every picture once, at 128 pixels on white, beside a list of what each shows.

Writes `pictures.npy` (uint8, N x 128 x 128 x 3) and `records.jsonl` (N lines: name,
tags, style, source, and whether text-to-image training may use it).
"""

import io
import json
import re
import unicodedata
from collections.abc import Iterator
from multiprocessing import Pool
from pathlib import Path

import numpy as np
import resvg_py
from paths import DATASET
from PIL import Image
from sources import GLOSSY_3D, ICON_SETS, NAMES, fetch_all, fetch_clip_art, package_folder

SIZE = 128
MARGIN = 6
MAXIMUM_CLIP_ART_BYTES = 400_000

# Emojibase groups: 2 components, 8 symbols, 9 flags. Subgroups: gestures are hands in
# twenty near-identical poses; time is clock faces; arrows, letters and keycaps are signs.
DROPPED_GROUPS = {None, 2, 8, 9}
DROPPED_SUBGROUPS = {15, 24, 29, 30, 31, 33}
DROPPED_WORDS = re.compile(r"o.clock|thirty|button|keycap|skin tone|japanese .* button|moon$")
PEOPLE_GROUP = 1


def plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def code(hexcode: str) -> str:
    return "-".join(part for part in hexcode.lower().split("-") if part not in {"fe0f"})


def drawable(entry: dict) -> bool:
    """Say whether an emoji is a thing that a small model can learn to draw."""
    if entry.get("group") in DROPPED_GROUPS or entry.get("subgroup") in DROPPED_SUBGROUPS:
        return False
    joined = "200d" in code(entry["hexcode"])
    if "gender" in entry or (joined and entry["group"] == PEOPLE_GROUP):
        return False
    return not DROPPED_WORDS.search(entry["label"])


def emoji_by_code() -> dict[str, dict]:
    entries = json.loads((package_folder(NAMES.package) / "en/data.json").read_text())
    return {code(entry["hexcode"]): entry for entry in entries}


def icon_pictures() -> Iterator[tuple[dict, object]]:
    """Yield (record, picture source) for the icon sets; the source is SVG text or a path."""
    emoji = emoji_by_code()
    by_plain_name: dict[str, str] = {}
    for key, entry in emoji.items():
        by_plain_name.setdefault(plain(entry["label"]), key)
        first = entry["emoji"].replace("\ufe0f", "")
        if len(first) == 1:
            by_plain_name.setdefault(plain(unicodedata.name(first, "")), key)
    for icon_set in ICON_SETS:
        folder = package_folder(icon_set.package)
        icons = json.loads((folder / "icons.json").read_text())
        characters = json.loads((folder / "chars.json").read_text())
        names = {name: code(key) for key, name in characters.items()}
        for name, key in by_plain_name.items():
            names.setdefault(name, key)
        seen = set()
        for name, icon in icons["icons"].items():
            key = names.get(name) or by_plain_name.get(plain(name))
            if key is None or key not in emoji or key in seen or "skin-tone" in name:
                continue
            seen.add(key)
            width = icon.get("width", icons.get("width", 16))
            height = icon.get("height", icons.get("height", 16))
            left, top = icon.get("left", 0), icon.get("top", 0)
            svg = (
                f'<svg xmlns="http://www.w3.org/2000/svg" '
                f'xmlns:xlink="http://www.w3.org/1999/xlink" '
                f'viewBox="{left} {top} {width} {height}">{icon["body"]}</svg>'
            )
            yield emoji_record(emoji[key], icon_set.style, icon_set.package), svg
    for path in sorted((package_folder(GLOSSY_3D.package) / "assets").glob("*.webp")):
        entry = emoji.get(code(path.stem))
        if entry is not None:
            yield emoji_record(entry, GLOSSY_3D.style, GLOSSY_3D.package), path


def emoji_record(entry: dict, style: str, source: str) -> dict:
    return {
        "name": entry["label"].replace("\u2019", "'"),
        "tags": entry.get("tags", []),
        "group": entry.get("group"),
        "style": style,
        "source": source,
        "train": drawable(entry),
    }


def clip_art_pictures() -> Iterator[tuple[dict, Path]]:
    """Yield the clip art; it trains the autoencoder only, its titles are too noisy."""
    root = fetch_clip_art()
    for path in sorted(root.rglob("*.png")):
        if path.stat().st_size > MAXIMUM_CLIP_ART_BYTES or path.is_symlink():
            continue
        words = [word for word in re.split(r"[^a-z]+", path.stem.lower()) if len(word) > 2]
        yield (
            {
                "name": " ".join(words),
                "tags": list(path.relative_to(root).parts[:-1]),
                "group": None,
                "style": "clip art",
                "source": "openclipart-png",
                "train": False,
            },
            path,
        )


def render(job: tuple[dict, object]) -> tuple[dict, np.ndarray | None]:
    """Draw one picture onto a white square; None if the file cannot be read."""
    record, source = job
    inner = SIZE - 2 * MARGIN
    try:
        if isinstance(source, Path):
            picture = Image.open(source)
            if picture.width * picture.height > 40_000_000:
                return record, None
            picture = picture.convert("RGBA")
        else:
            png = resvg_py.svg_to_bytes(svg_string=source, width=4 * inner, height=4 * inner)
            picture = Image.open(io.BytesIO(bytes(png))).convert("RGBA")
    except (OSError, ValueError, Image.DecompressionBombError):
        return record, None
    box = picture.getchannel("A").getbbox()
    if box is None:
        return record, None
    picture = picture.crop(box)
    scale = inner / max(picture.size)
    size = tuple(max(1, round(side * scale)) for side in picture.size)
    picture = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3)
    canvas = Image.new("RGBA", (SIZE, SIZE), "white")
    canvas.alpha_composite(picture, ((SIZE - size[0]) // 2, (SIZE - size[1]) // 2))
    return record, np.asarray(canvas.convert("RGB"))


def prepare() -> None:
    """Render all pictures and write the dataset folder."""
    if (DATASET / "pictures.npy").exists():
        print(f"{DATASET} is ready; delete it to render again")
        return
    fetch_all()
    DATASET.mkdir(parents=True, exist_ok=True)
    jobs = [*icon_pictures(), *clip_art_pictures()]
    records, pictures = [], []
    with Pool() as pool:
        for done, (record, picture) in enumerate(pool.imap(render, jobs, chunksize=16), 1):
            if picture is not None:
                records.append(record)
                pictures.append(picture)
            if done % 1000 == 0:
                print(f"rendered {done} of {len(jobs)}", flush=True)
    (DATASET / "records.jsonl").write_text("".join(json.dumps(r) + "\n" for r in records))
    partial = DATASET / "pictures.partial.npy"
    np.save(partial, np.stack(pictures))
    partial.rename(DATASET / "pictures.npy")
    trained = [record for record in records if record["train"]]
    names = {record["name"] for record in trained}
    print(f"{len(records)} pictures; {len(trained)} of {len(names)} names train text to image")


if __name__ == "__main__":
    prepare()
