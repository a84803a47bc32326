"""What happens at a step, in words that were measured."""

from inkcloud.domain.frame import Frame
from inkcloud.playground.denoising.change import Change
from inkcloud.playground.denoising.film import Film
from inkcloud.playground.wording import duration

LITTLE = 0.5
MOSTLY = 0.6


def heading(frame: Frame, steps: int) -> str:
    """Return which step it is, for example "Step 4 of 20"."""
    text = f"Step {frame.step} of {steps}"
    if frame.calls == steps:
        return text
    return f"{text}, model call {frame.call} of {frame.calls}"


def noise_sentence(frame: Frame) -> str:
    """Return how much noise the network sees."""
    return (
        f"Noise level {level(frame.sigma)}: of what the network sees, {share(frame.alpha_bar)} "
        f"is picture and {share(1 - frame.alpha_bar)} noise."
    )


def change_sentence(film: Film, number: int) -> str:
    """Return how much the prediction changed in this step, how, and what is still to come."""
    change, left = film.changes[number], film.left[number]
    if change is None:
        text = "This is the first prediction; there is none before it to compare with."
    else:
        text = (
            f"The predicted picture changed by {change.mean:.1f} of 255 levels on average in this "
            f"step. {character(change)}"
        )
    if number == len(film.frames) - 1:
        return f"{text} This is the last prediction."
    return f"{text} From here to the last prediction it is {left:.1f} levels."


def character(change: Change) -> str:
    """Return what kind of change it was, with the shares that say so."""
    if change.mean < LITTLE:
        return "Hardly anything changes any more."
    if change.coarse >= MOSTLY:
        kind = "Mostly large shapes and colours are being decided"
    elif change.coarse <= 1 - MOSTLY:
        kind = "Mostly outlines and detail are being decided"
    else:
        kind = "Large shapes and detail are being decided alike"
    return (
        f"{kind}: {share(change.coarse)} of the change is in fields of an eighth of the picture's "
        f"side, {share(1 - change.coarse)} is finer."
    )


def story(film: Film, number: int) -> str:
    """Return all that is told of a frame, as Markdown."""
    frame = film.frames[number]
    begun = f"{duration(frame.seconds)} after the start."
    parts = (noise_sentence(frame), change_sentence(film, number), begun)
    return f"**{heading(frame, film.steps)}.** " + " ".join(parts)


def level(sigma: float) -> str:
    """Return a noise level with as many digits as matter."""
    return (
        f"{sigma:.1f}" if sigma >= 9.95 else f"{sigma:.2f}" if sigma >= 0.0995 else f"{sigma:.3f}"
    )


def share(fraction: float) -> str:
    """Return a share in percent; what is not nothing is not called 0 %."""
    percent = 100 * fraction
    if 0 < percent < 1:
        return f"{percent:.1g}\N{NO-BREAK SPACE}%"
    if 99 < percent < 100:
        return f"{percent:.1f}\N{NO-BREAK SPACE}%"
    return f"{percent:.0f}\N{NO-BREAK SPACE}%"
