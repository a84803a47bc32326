"""The findings in sentences, as Markdown. Every figure comes from the measurement."""

import math

from inkcloud.domain.sampler_name import SamplerName
from inkcloud.playground.schedulers.findings import (
    FRESH_NOISE,
    Crossing,
    Findings,
    Verdict,
    verdicts,
)
from inkcloud.playground.schedulers.measurement import Measurement
from inkcloud.playground.wording import about, escaped

_PLACES = ("quickest", "second quickest", "third quickest")


def best_text(findings: Findings, seconds: float) -> str:
    """Return the best choice for a time, in words."""
    best = findings.best(seconds)
    if best is None:
        quickest = min((mean.even_seconds for mean in findings.means), default=0.0)
        return (
            f"Nothing that was measured is done in {seconds:g} s: the quickest picture takes "
            f"{about(quickest)}."
        )
    return (
        f"In {seconds:g} s: **{_name(best.scheduler)} with {_steps(best.steps)}**. It takes "
        f"{about(best.even_seconds)} and its picture is {best.distance:.1f} of 255 levels from "
        "its converged one. This is the best of the step counts that were measured."
    )


def claim_text(findings: Findings, close: float) -> str:
    """Return what the measurement says of the tutorial's claim."""
    judged = verdicts(findings, close)
    if not judged:
        return "None of the three schedulers of the claim was measured."
    held = [verdict for verdict in judged if verdict.holds]
    whole = (
        "holds" if len(held) == len(judged) else "does not hold" if not held else "holds in part"
    )
    lines = "\n".join(f"- {_verdict(findings, verdict, close)}" for verdict in judged)
    others = [
        f"{_name(scheduler)} ({crossing_text(crossing)})"
        for scheduler, crossing in findings.ranking(close)
    ]
    order = f"\n\nIn order of time: {', '.join(others)}." if others else ""
    return (
        f"Here the claim **{whole}**, by the time until the picture stays close, read off the "
        f"lines between the measured step counts:\n\n{lines}{order}\n\nThe distance says whether "
        "more steps would change a picture, not which picture you like better."
    )


def fresh_noise_text(findings: Findings) -> str:
    """Return what is true of the scheduler that adds fresh noise; "" if it was not measured."""
    curve = findings.curve(FRESH_NOISE)
    if not curve or curve[-1].moved is None:
        return ""
    last, before = curve[-1], curve[-2]
    others = [
        (scheduler, mean.moved)
        for scheduler in findings.schedulers()
        if scheduler is not FRESH_NOISE
        for mean in findings.curve(scheduler)[-1:]
        if mean.moved is not None
    ]
    compared = ", ".join(f"{_name(scheduler)}'s by {moved:.1f}" for scheduler, moved in others)
    rest = f" In the same stretch {compared}." if compared else ""
    return (
        f"{_name(FRESH_NOISE)} adds fresh noise at every step, so its picture does not approach "
        f"one picture: another step count gives another picture. From {before.steps} to "
        f"{_steps(last.steps)} it moved by {last.moved:.1f} of 255 levels.{rest} Its “converged” "
        f"picture is one of many, {last.distance:.1f} levels from that at {_steps(last.steps)}; "
        "the best choice for a time leaves it out."
    )


def same_end_text(measurement: Measurement) -> str:
    """Return how far apart the schedulers' converged pictures are."""
    pairs = [pair for pair in measurement.apart if FRESH_NOISE not in {pair.one, pair.other}]
    if not pairs:
        return ""
    widest = max(pairs, key=lambda pair: pair.distance)
    reference = measurement.experiment.reference
    return (
        f"The others solve one and the same equation. At {_steps(reference)} their pictures are "
        f"{widest.distance:.1f} levels apart at most ({_name(widest.one)} and "
        f"{_name(widest.other)})."
    )


def seconds_text(findings: Findings) -> str:
    """Return where the seconds come from."""
    return (
        f"Each picture was drawn alone, one after another. A model call took about "
        f"{findings.call_seconds * 1000:.0f} ms and each picture {findings.picture_seconds:.2f} s "
        "besides; the seconds below are calls times that, so that what else this machine did "
        "meanwhile does not show. The file has every single time as it was measured."
    )


def _verdict(findings: Findings, verdict: Verdict, close: float) -> str:
    name, crossing = _name(verdict.scheduler), findings.crossing(verdict.scheduler, close)
    if crossing is None or verdict.place is None:
        last = findings.curve(verdict.scheduler)[-1]
        return (
            f"{name}: **no**. At {_steps(last.steps)} it is still {last.distance:.1f} levels from "
            "its converged picture."
        )
    place = (
        _PLACES[verdict.place - 1] if verdict.place <= len(_PLACES) else f"number {verdict.place}"
    )
    word = "yes" if verdict.holds else "no"
    time = about(crossing.seconds)
    return f"{name}: **{word}**, {place}; close from {_whole_steps(crossing)} on ({time})."


def crossing_text(crossing: Crossing) -> str:
    """Return from how many steps and seconds on a picture is close."""
    return f"{_whole_steps(crossing)}, {about(crossing.seconds)}"


def _whole_steps(crossing: Crossing) -> str:
    return _steps(math.ceil(round(crossing.steps, 6)))


def _name(scheduler: SamplerName) -> str:
    return escaped(scheduler.value)


def _steps(count: int) -> str:
    return "1 step" if count == 1 else f"{count} steps"
