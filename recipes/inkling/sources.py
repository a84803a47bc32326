"""Fetch the picture packages with their registries' own clients (npm, apt, pip)."""

import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from paths import PACKAGES


@dataclass(frozen=True)
class IconSet:
    """One npm package of SVG icons in the Iconify JSON format."""

    package: str
    version: str
    style: str
    licence: str


ICON_SETS = (
    IconSet("@iconify-json/noto", "1.2.9", "cartoon", "Apache-2.0"),
    IconSet("@iconify-json/fluent-emoji", "1.2.7", "soft gradient", "MIT"),
    IconSet("@iconify-json/fluent-emoji-flat", "1.2.6", "flat", "MIT"),
    IconSet("@iconify-json/twemoji", "1.2.5", "simple sticker", "CC-BY-4.0"),
    IconSet("@iconify-json/fxemoji", "1.2.2", "rounded", "Apache-2.0"),
    IconSet("@iconify-json/emojione", "1.2.3", "classic", "CC-BY-4.0"),
)
GLOSSY_3D = IconSet("@lobehub/fluent-emoji-3d", "1.1.0", "glossy 3D", "MIT")
NAMES = IconSet("emojibase-data", "17.0.0", "", "MIT")
CLIP_ART_PACKAGE = "openclipart-png"


def package_folder(package: str) -> Path:
    """Return the folder that `fetch_npm` unpacks `package` into."""
    return PACKAGES / package.replace("@", "").replace("/", "-")


def fetch_npm(icon_set: IconSet) -> Path:
    """Download and unpack one npm package unless it is there already."""
    folder = package_folder(icon_set.package)
    if (folder / "package.json").exists():
        return folder
    PACKAGES.mkdir(parents=True, exist_ok=True)
    spec = f"{icon_set.package}@{icon_set.version}"
    print(f"fetching {spec}", flush=True)
    packed = subprocess.run(
        ["npm", "pack", spec, "--silent"], cwd=PACKAGES, check=True, capture_output=True, text=True
    )
    archive = PACKAGES / packed.stdout.strip().splitlines()[-1]
    partial = folder.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    with tarfile.open(archive) as tar:
        tar.extractall(partial, filter="data")
    (partial / "package").rename(folder)
    shutil.rmtree(partial)
    archive.unlink()
    return folder


def fetch_clip_art() -> Path:
    """Download and unpack Debian's Open Clip Art pictures unless they are there already."""
    folder = PACKAGES / CLIP_ART_PACKAGE
    pictures = folder / "usr/share/openclipart/png"
    if pictures.exists():
        return pictures
    folder.mkdir(parents=True, exist_ok=True)
    print(f"fetching {CLIP_ART_PACKAGE}", flush=True)
    subprocess.run(["apt-get", "download", CLIP_ART_PACKAGE], cwd=folder, check=True)
    archive = next(folder.glob("*.deb"))
    subprocess.run(["dpkg-deb", "-x", archive, folder], check=True)
    archive.unlink()
    return pictures


def fetch_all() -> None:
    """Fetch every package that the dataset is made from."""
    for icon_set in (*ICON_SETS, GLOSSY_3D, NAMES):
        fetch_npm(icon_set)
    fetch_clip_art()


if __name__ == "__main__":
    fetch_all()
