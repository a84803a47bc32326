"""What `inkcloud models prepare` left for a model of the store."""

import json
import shutil
from pathlib import Path

MANIFEST = "prepared.json"
MODEL = "model"


def remove_prepared(root: Path, name: str) -> int:
    """Remove what was prepared for a stored model.

    What was prepared for a model that is named by its path stays.

    Args:
        root: the folder of prepared models; it need not exist.
        name: the model's name.

    Returns:
        How many bytes were freed.
    """
    freed = 0
    for manifest in root.glob(f"*/{MANIFEST}"):
        if _model(manifest) != name:
            continue
        files = [path for path in manifest.parent.iterdir() if path.is_file()]
        freed += sum(path.stat().st_size for path in files)
        shutil.rmtree(manifest.parent)
    return freed


def _model(manifest: Path) -> str | None:
    try:
        data = json.loads(manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    found = data.get(MODEL) if isinstance(data, dict) else None
    return found if isinstance(found, str) else None
