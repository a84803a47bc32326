"""Where prepared models are kept: a folder for each model and arithmetic."""

import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path

from inkcloud.checkpoints.backends.call_shape import CallShape
from inkcloud.checkpoints.backends.machine import Machine
from inkcloud.checkpoints.backends.prepared_shape import PreparedShape
from inkcloud.models.places import PREPARED as PREPARED
from inkcloud.models.places import default_data_dir
from inkcloud.models.prepared_files import MANIFEST, MODEL

VARIABLE = "INKCLOUD_PREPARED_DIR"
FORMAT = 3

_logger = logging.getLogger(__name__)


def prepared_dir(environment: Mapping[str, str]) -> Path:
    """Return the folder: a replica is told it, a command finds it in the data folder."""
    if environment.get(VARIABLE):
        return Path(environment[VARIABLE])
    named = environment.get("INKCLOUD_DATA_DIR", "")
    return (Path(named).expanduser().absolute() if named else default_data_dir()) / PREPARED


class PreparedFolder:
    """What was prepared of one model in one arithmetic.

    Args:
        root: of all prepared models.
        sha256: the model's fingerprint.
        dtype: the arithmetic's name.
    """

    def __init__(self, root: Path, sha256: str, dtype: str) -> None:
        self.path = root / f"{sha256[:32]}-{dtype}"

    def shapes(self, machine: Machine) -> dict[CallShape, PreparedShape]:
        """Return what was prepared on this machine with these versions, by shape.

        A file that is missing or is not as long as it was counts as not prepared.
        """
        found = {}
        for each in self._read(to_use=True):
            if each.machine == machine and self._whole(each):
                found[each.shape] = each
        return found

    def file(self, shape: CallShape) -> str:
        """Return the name of the file for a shape."""
        return f"{shape}.openvino"

    def keep(self, prepared: PreparedShape, model: str | None = None) -> None:
        """Remember an outcome in place of an earlier one for the same shape.

        Args:
            prepared: the outcome.
            model: the stored model's name: what was prepared goes when the model goes.
        """
        others = [each for each in self._read() if each.shape != prepared.shape]
        self._write([*others, prepared], model)

    def forget(self, shape: CallShape, model: str | None = None) -> None:
        """Forget what was prepared for a shape, if anything was.

        Args:
            shape: of the call.
            model: the stored model's name.
        """
        known = self._read()
        others = [each for each in known if each.shape != shape]
        if len(others) < len(known):
            self._write(others, model)
        (self.path / self.file(shape)).unlink(missing_ok=True)

    def _write(self, prepared: list[PreparedShape], model: str | None) -> None:
        entries = [each.as_mapping() for each in prepared]
        text = json.dumps({"format": FORMAT, MODEL: model, "shapes": entries}, indent=2)
        self.path.mkdir(parents=True, exist_ok=True)
        temporary = self.path / f".{MANIFEST}.{os.getpid()}"
        temporary.write_text(text + "\n", encoding="utf-8")
        temporary.replace(self.path / MANIFEST)

    def _read(self, to_use: bool = False) -> list[PreparedShape]:
        """Return what is remembered; who wants to use it is told of what is out of date."""
        manifest = self.path / MANIFEST
        try:
            data = json.loads(manifest.read_text(encoding="utf-8"))
            if data["format"] != FORMAT:
                if to_use:
                    _logger.warning(
                        "%s is of another version of Inkcloud and is not used; prepare the model "
                        "again",
                        manifest,
                    )
                return []
            return [PreparedShape.from_mapping(each) for each in data["shapes"]]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError) as error:
            _logger.warning("%s cannot be read and is passed over: %s", manifest, error)
            return []

    def _whole(self, prepared: PreparedShape) -> bool:
        if not prepared.file:
            return True
        try:
            return (self.path / prepared.file).stat().st_size == prepared.size
        except OSError:
            return False
