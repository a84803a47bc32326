"""Models and the work on them in words."""

from inkcloud.domain.errors import InkcloudError
from inkcloud.domain.model_operation import ModelOperation, OperationKind, OperationState
from inkcloud.domain.model_progress import ModelProgress
from inkcloud.domain.stored_model import StoredModel
from inkcloud.playground.wording import error_text, escaped, pixels_text

_STAGES = {
    "looking": "Looking it up…",
    "downloading": "Downloading",
    "hashing": "Checking",
    "copying": "Copying",
    "inspecting": "Inspecting the model…",
}
PREDICTIONS = {"epsilon": "predicts noise", "v_prediction": "predicts velocity"}


def bytes_text(size: float) -> str:
    """Return a number of bytes for people, such as "2.6 GB"."""
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" or size >= 100 else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def facts_text(model: StoredModel) -> str:
    """Return what a model is, on one line."""
    facts = model.facts
    predicts = PREDICTIONS.get(facts.prediction.value, facts.prediction.value)
    parts = [
        pixels_text(*facts.native_size),
        predicts,
        f"{facts.unet_parameters / 1e6:,.0f} million parameters",
        f"{bytes_text(model.size)} in {escaped(facts.stored_dtype)}",
    ]
    if facts.memory_half:
        parts.append(f"{bytes_text(facts.memory_half)} of memory in half precision")
    return " · ".join(parts)


def origin_text(model: StoredModel) -> str:
    """Return where a model came from and under which licence, on one line."""
    origin = model.origin
    licence = f"licence {escaped(model.licence)}" if model.licence else "licence not stated"
    if origin.kind == "builtin":
        return f"Comes with Inkcloud · {licence}"
    linked = " (a link)" if model.linked else ""
    when = f"{model.added:%Y-%m-%d}"
    return f"From {escaped(origin.text)}{linked} · {licence} · {when}"


def fraction(progress: ModelProgress | None) -> float:
    """Return how much is done, 0 to 1."""
    if progress is None or progress.total <= 0:
        return 0.0
    return min(1.0, max(0.0, progress.done / progress.total))


def progress_text(progress: ModelProgress | None) -> str:
    """Return what is going on, as Markdown."""
    if progress is None:
        return "Starting…"
    words = _STAGES.get(progress.stage, progress.stage)
    if not progress.file:
        return words
    done = f"{bytes_text(progress.done)} of {bytes_text(progress.total)}"
    return f"{words} {done} · {escaped(progress.file)}"


def heading(operation: ModelOperation) -> str:
    """Return what an operation is, as Markdown."""
    word = "Pull of" if operation.kind is OperationKind.PULL else "Check of"
    return f"{word} **{escaped(operation.subject)}**"


def outcome(operation: ModelOperation) -> str:
    """Return how an operation ended, as Markdown; "" while it goes on."""
    match operation.state:
        case OperationState.SUCCEEDED if operation.kind is OperationKind.PULL:
            return f"It is here, as **{escaped(operation.model)}**."
        case OperationState.SUCCEEDED if not operation.faults:
            return "It is whole: every file is what it was when it came."
        case OperationState.SUCCEEDED:
            faults = [
                f"- `{fault.file or operation.subject}`: {escaped(fault.text)}"
                for fault in operation.faults
            ]
            return "\n".join(["It differs:", "", *faults])
        case OperationState.FAILED:
            return error_text(InkcloudError.from_dict(operation.error or {}))
        case OperationState.CANCELLED:
            more = " The same pull goes on where it stopped."
            return "Stopped." + (more if operation.kind is OperationKind.PULL else "")
    return ""
