"""Look whether a model's files are still what they were when it came."""

from pathlib import Path

from inkcloud.domain.errors import InkcloudError
from inkcloud.domain.model_operation import ModelFault
from inkcloud.domain.model_progress import ModelProgress
from inkcloud.domain.stored_model import StoredFile, StoredModel
from inkcloud.models.builtin import BUILTIN
from inkcloud.models.digest import digest
from inkcloud.models.inspection import Inspect, inspect
from inkcloud.models.store import ModelStore
from inkcloud.models.tally import Tally, Watch, unwatched


def verify_model(
    store: ModelStore,
    model: StoredModel,
    *,
    watch: Watch = unwatched,
    inspection: Inspect = inspect,
) -> tuple[ModelFault, ...]:
    """Hash every file of a model and inspect it anew, its tensors' shapes included.

    The built-in model has no recorded hashes: it is inspected only.

    Args:
        store: where it is.
        model: which one.
        watch: told how far it is.
        inspection: finds a model's facts.

    Returns:
        What is wrong; empty if nothing is.
    """
    tally = Tally("hashing", model.size, watch)
    faults = []
    for file in model.files:
        text = _difference(file, store.place(model, file.path), tally)
        if text:
            faults.append(ModelFault(file.path, text))
    if faults:
        return tuple(faults)
    watch(ModelProgress(stage="inspecting"))
    prediction = model.facts.prediction
    try:
        facts = inspection(store.path(model), prediction)
    except InkcloudError as error:
        return (ModelFault(error.field or "", error.message),)
    if facts != model.facts and model.name != BUILTIN:
        return (ModelFault("", "Its facts are not those that were recorded: add it again."),)
    return ()


def _difference(file: StoredFile, place: Path, tally: Tally) -> str:
    try:
        size = place.stat().st_size
        if size != file.size:
            return f"It is {size} bytes long, not {file.size}."
        if not file.sha256:
            return ""
        sha256 = digest(place, file.path, tally)
    except FileNotFoundError:
        return f"It is missing: {place}."
    except (OSError, InkcloudError) as error:
        return f"It cannot be read: {error}."
    if sha256 != file.sha256:
        return f"Its bytes have changed: SHA-256 {sha256}, not {file.sha256}."
    return ""
