"""The curves in the page."""

import altair as alt
import streamlit as st

from inkcloud.playground.schedulers.findings import Findings
from inkcloud.playground.schedulers.svg_chart import COLOURS

_HEIGHT = 440


def draw_plots(findings: Findings, close: float) -> None:
    """Draw the distance against steps and against seconds.

    Args:
        findings: the curves.
        close: the distance that counts as close, drawn as a line.
    """
    for column, (title, field) in zip(
        st.columns(2), (("steps", "steps"), ("seconds a picture", "seconds")), strict=True
    ):
        with column:
            st.markdown(f"**Distance against {title}**")
            st.altair_chart(
                curves(findings, field, title, close),
                width="stretch",
                alt=f"The distance of each scheduler's picture to its converged one, against "
                f"{title}. The table below has the figures.",
            )


def curves(findings: Findings, field: str, title: str, close: float) -> alt.LayerChart:
    """Return one chart: a line for each scheduler, and one across at the distance `close`."""
    points = [
        {
            "scheduler": mean.scheduler.value,
            "steps": mean.steps,
            "seconds": round(mean.even_seconds, 4),
            "distance": round(mean.distance, 2),
        }
        for scheduler in findings.schedulers()
        for mean in findings.curve(scheduler)
    ]
    names = [scheduler.value for scheduler in findings.schedulers()]
    colours = [COLOURS[scheduler] for scheduler in findings.schedulers()]
    scale = alt.Scale(domain=names, range=colours)
    lines = (
        alt.Chart(alt.Data(values=points))
        .mark_line(point=alt.OverlayMarkDef(size=50))
        .encode(
            x=alt.X(f"{field}:Q", title=title, scale=alt.Scale(type="log", nice=False)),
            y=alt.Y("distance:Q", title="distance, levels of 255"),
            color=alt.Color(
                "scheduler:N",
                title=None,
                scale=scale,
                # Two columns of these names fit a phone at this size only.
                legend=alt.Legend(
                    orient="bottom", columns=2, columnPadding=4, labelFontSize=11, labelLimit=300
                ),
            ),
            shape=alt.Shape("scheduler:N", title=None, scale=alt.Scale(domain=names)),
            tooltip=["scheduler:N", "steps:Q", "seconds:Q", "distance:Q"],
        )
    )
    rule = (
        alt.Chart(alt.Data(values=[{"close": close}]))
        .mark_rule(strokeDash=[4, 4])
        .encode(y="close:Q")
    )
    return alt.layer(lines, rule).properties(height=_HEIGHT)
