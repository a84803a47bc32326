"""The noise level from step to step, as a chart with the present step marked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from inkcloud.playground.denoising.noise_levels import Curve

HEIGHT = 260
_NAME = "scheduler"


@dataclass(frozen=True)
class Mark:
    """The present step of a curve that is looked at.

    Attributes:
        curve: whose.
        number: which of its calls, from 0.
    """

    curve: Curve
    number: int


def chart(curves: Sequence[Curve], marks: Sequence[Mark] = ()) -> alt.LayerChart:
    """Return the curves, a dot for each call of the network, a ring for the present ones."""
    names = list(dict.fromkeys(curve.name for curve in curves))
    colour = alt.Color(
        f"{_NAME}:N",
        title=None,
        scale=alt.Scale(domain=names),
        legend=alt.Legend(orient="top", columns=2),
    )
    data = alt.Data(values=[row for curve in curves for row in rows(curve)])
    lines = (
        alt.Chart(data)
        .mark_line(strokeWidth=1.5, point=alt.OverlayMarkDef(filled=True, size=28))
        .encode(
            x=alt.X(
                "done:Q",
                title="Share of the model calls that are done, %",
                scale=alt.Scale(domain=[0, 100]),
            ),
            y=alt.Y(
                "sigma:Q",
                title="Noise level (noise ÷ picture)",
                scale=alt.Scale(type="log", nice=False),
                axis=alt.Axis(values=[0.01, 0.03, 0.1, 0.3, 1, 3, 10], format="~g"),
            ),
            color=colour,
            tooltip=[
                alt.Tooltip(f"{_NAME}:N"),
                alt.Tooltip("call:Q", title="model call"),
                alt.Tooltip("sigma:Q", title="noise level", format=".3g"),
            ],
        )
    )
    return alt.layer(lines, *_present(marks, colour)).properties(height=HEIGHT)


def rows(curve: Curve) -> list[dict[str, Any]]:
    """Return one row for each call of a curve."""
    count = len(curve.sigmas)
    return [
        {
            _NAME: curve.name,
            "call": number + 1,
            "done": 100 * number / max(count - 1, 1),
            "sigma": sigma,
        }
        for number, sigma in enumerate(curve.sigmas)
    ]


def description(curves: Sequence[Curve], marks: Sequence[Mark]) -> str:
    """Return what the chart shows, for someone who cannot see it."""
    text = "The noise level falls from model call to model call: " + "; ".join(
        f"{curve.name} from {curve.sigmas[0]:.3g} to {curve.sigmas[-1]:.3g} "
        f"in {len(curve.sigmas)} calls"
        for curve in curves
    )
    present = ", ".join(
        f"{mark.curve.name} is at call {mark.number + 1}, "
        f"noise level {mark.curve.sigmas[mark.number]:.3g}"
        for mark in marks
    )
    return f"{text}. {present}." if present else f"{text}."


def _present(marks: Sequence[Mark], colour: alt.Color) -> list[alt.Chart]:
    found = [rows(mark.curve)[mark.number] for mark in marks]
    if not found:
        return []
    present = alt.Chart(alt.Data(values=found)).encode(x="done:Q", y="sigma:Q")
    return [
        present.mark_rule(strokeDash=[4, 4], opacity=0.6).encode(y=alt.Y()),
        present.mark_point(size=220, strokeWidth=3, filled=False).encode(color=colour),
    ]
