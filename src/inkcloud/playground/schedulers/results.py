"""What came out: the curves, the best for a time, the claim, the table, the files."""

import math
import re

import streamlit as st

from inkcloud.playground.schedulers.exports import measurement_csv, measurement_html
from inkcloud.playground.schedulers.findings import CLOSE, Findings
from inkcloud.playground.schedulers.measurement import Measurement
from inkcloud.playground.schedulers.plots import draw_plots
from inkcloud.playground.schedulers.texts import (
    best_text,
    claim_text,
    crossing_text,
    fresh_noise_text,
    same_end_text,
    seconds_text,
)
from inkcloud.playground.wording import escaped

_MARKS = re.compile(r"\*\*|\\(?=\W|_)")
_BUDGET_STEPS = 20
_LONGEST_BUDGET = 3600.0


def draw_results(measurement: Measurement) -> None:
    """Draw everything that follows from a measurement."""
    findings = Findings.of(measurement)
    experiment = measurement.experiment
    st.header("What came out")
    st.markdown(
        f"“{escaped(experiment.prompt)}”, drawn by {escaped(measurement.model)} on "
        f"{escaped(measurement.measured)}. The distance is that to the same scheduler's picture "
        f"at {experiment.reference} steps: the root of the mean squared difference of the "
        "pixels, in levels of 255."
    )
    close = st.slider(
        "Close enough, in levels of 255",
        min_value=1.0,
        max_value=30.0,
        value=CLOSE,
        step=0.5,
        key="schedulers_close",
        help="From this distance on a picture counts as converged. The dashed line in the plots.",
    )
    draw_plots(findings, close)
    st.caption(seconds_text(findings))
    st.subheader("The best for your time")
    budget = st.number_input(
        "Seconds for a picture",
        min_value=0.01,
        max_value=_LONGEST_BUDGET,
        value=_usual_budget(findings),
        step=0.1,
        key="schedulers_budget",
    )
    with st.container(key="schedulers_best"):
        st.success(best_text(findings, budget), icon=":material/timer:")
    st.subheader("Three high performers?")
    st.markdown(
        "The tutorial pre-selects DPMSolverMultistep, K\\_EULER and K\\_EULER\\_ANCESTRAL as "
        "known high performers in the trade of quality for speed."
    )
    with st.container(key="schedulers_claim"):
        st.markdown(claim_text(findings, close))
        for text in (fresh_noise_text(findings), same_end_text(measurement)):
            if text:
                st.markdown(text)
    st.subheader("All distances")
    st.dataframe(rows(findings, close), hide_index=True, width="stretch")
    _draw_files(measurement, findings, close, budget)


def rows(findings: Findings, close: float) -> list[dict[str, str | float]]:
    """Return the table's rows: a scheduler's distances, and from when on it is close."""
    table = []
    for scheduler in findings.schedulers():
        crossing = findings.crossing(scheduler, close)
        row: dict[str, str | float] = {"scheduler": scheduler.value}
        for mean in findings.curve(scheduler):
            row[f"{mean.steps} steps" if mean.steps > 1 else "1 step"] = round(mean.distance, 1)
        row["close from"] = crossing_text(crossing) if crossing else "never"
        table.append(row)
    return table


def _usual_budget(findings: Findings) -> float:
    seconds = findings.picture_seconds + findings.call_seconds * _BUDGET_STEPS
    return min(math.ceil(seconds * 10) / 10, _LONGEST_BUDGET)


def _draw_files(measurement: Measurement, findings: Findings, close: float, budget: float) -> None:
    sentences = [
        _plain(text)
        for text in (
            best_text(findings, budget),
            claim_text(findings, close),
            fresh_noise_text(findings),
            same_end_text(measurement),
            seconds_text(findings),
        )
        if text
    ]
    files = (
        ("JSON", "json", "application/json", measurement.to_json()),
        ("CSV", "csv", "text/csv", measurement_csv(measurement)),
        ("a web page", "html", "text/html", measurement_html(measurement, sentences)),
    )
    with st.container(horizontal=True):
        for title, ending, media_type, content in files:
            st.download_button(
                f"Download as {title}",
                content,
                file_name=f"inkcloud-schedulers.{ending}",
                mime=media_type,
                key=f"schedulers_export_{ending}",
                on_click="ignore",
                icon=":material/download:",
            )


def _plain(markdown: str) -> str:
    return _MARKS.sub("", markdown)
