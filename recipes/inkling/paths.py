"""Where the recipe keeps its data and checkpoints: a cache folder outside git."""

import os
from pathlib import Path

CACHE = Path(os.environ.get("INKLING_CACHE", "~/.cache/inkling")).expanduser()
PACKAGES = CACHE / "packages"
DATASET = CACHE / "dataset"
CHECKPOINTS = CACHE / "checkpoints"
EXPORT = CACHE / "export"
# What the package carries: without an autoencoder of its own, a run goes on from it.
SHIPPED = Path(__file__).parents[2] / "src/inkcloud/builtin/inkling"
