"""An endpoint's figures over time."""

from dataclasses import dataclass
from typing import Any

import altair as alt
import streamlit as st

_MEGABYTE = 1024 * 1024
_HEIGHT = 210


@dataclass(frozen=True)
class Line:
    """One line of a plot.

    Attributes:
        name: in the legend.
        field: of the gateway's points.
        scale: what its values are divided by.
    """

    name: str
    field: str
    scale: float = 1.0


@dataclass(frozen=True)
class Plot:
    """One plot.

    Attributes:
        title: what it shows, with the unit.
        lines: its lines.
        whole: whether its values are counts.
    """

    title: str
    lines: tuple[Line, ...]
    whole: bool = True


PLOTS = (
    Plot("Requests", (Line("answered", "requests"), Line("failed", "faults"))),
    Plot(
        "Seconds a request takes at most",
        (Line("half of them", "seconds_median"), Line("95 % of them", "seconds_p95")),
        whole=False,
    ),
    Plot(
        "At work",
        (Line("at work", "in_flight"), Line("waiting", "waiting"), Line("replicas", "replicas")),
    ),
    Plot("Memory, MB", (Line("replicas", "memory_bytes", _MEGABYTE),)),
)


def draw_charts(metrics: dict[str, Any]) -> None:
    """Draw the last hour as the gateway tells it.

    Args:
        metrics: `points`, oldest first, `interval_seconds` apart.
    """
    points = [point for point in metrics.get("points", ()) if isinstance(point, dict)]
    if not points:
        st.caption("There are no figures yet. The first come within some seconds.")
        return
    seconds = metrics.get("interval_seconds", 0)
    st.caption(f"The last hour; a point stands for {seconds:g} seconds.")
    for index, plot in enumerate(PLOTS):
        if index % 2 == 0:
            columns = st.columns(2)
        with columns[index % 2]:
            st.markdown(f"**{plot.title}**")
            st.altair_chart(chart(plot, points), width="stretch", alt=plot.title)


def chart(plot: Plot, points: list[dict[str, Any]]) -> alt.Chart:
    """Return a plot of the points."""
    names = [line.name for line in plot.lines]
    colour = alt.Color(
        "line:N", title=None, sort=names, legend=alt.Legend(orient="top") if names[1:] else None
    )
    return (
        alt.Chart(alt.Data(values=rows(plot, points)))
        .mark_line(interpolate="monotone", point=len(points) == 1)
        .encode(
            x=alt.X("at:T", title=None),
            y=alt.Y("value:Q", title=None, axis=alt.Axis(tickMinStep=1 if plot.whole else 0.001)),
            color=colour,
            tooltip=[alt.Tooltip("at:T", format="%H:%M:%S"), "line:N", "value:Q"],
        )
        .properties(height=_HEIGHT)
    )


def rows(plot: Plot, points: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return one row for each line and point that has a value."""
    return [
        {"at": point["at"], "line": line.name, "value": point[line.field] / line.scale}
        for point in points
        for line in plot.lines
        if isinstance(point.get(line.field), int | float) and "at" in point
    ]
