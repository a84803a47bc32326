"""A measurement as CSV and as one HTML file."""

import csv
import io
from html import escape

from inkcloud.playground.grid.export_page import definition_list, html_page
from inkcloud.playground.schedulers.findings import Findings
from inkcloud.playground.schedulers.measurement import Measurement
from inkcloud.playground.schedulers.svg_chart import svg_chart
from inkcloud.playground.wording import about

_COLUMNS = (
    "scheduler",
    "steps",
    "model_calls",
    "seed",
    "seconds",
    "distance_of_255",
    "moved_of_255",
)


def measurement_csv(measurement: Measurement) -> str:
    """Return every picture as a line."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(_COLUMNS)
    calls = {(m.scheduler, m.steps): m.calls for m in Findings.of(measurement).means}
    for point in measurement.points:
        moved = "" if point.moved is None else f"{point.moved:.4f}"
        writer.writerow(
            (
                point.scheduler.value,
                point.steps,
                calls[point.scheduler, point.steps],
                point.seed,
                f"{point.seconds:.4f}",
                f"{point.distance:.4f}",
                moved,
            )
        )
    return file.getvalue()


def measurement_html(measurement: Measurement, sentences: list[str]) -> str:
    """Return a page with the curves, the table and the findings; it needs no network.

    Args:
        measurement: what was measured.
        sentences: the findings, as plain text; each line of one becomes a paragraph.
    """
    findings = Findings.of(measurement)
    experiment = measurement.experiment
    facts = {
        "Prompt": experiment.prompt,
        "Negative prompt": experiment.parameters.negative_prompt or "(none)",
        "Guidance": f"{experiment.parameters.guidance_scale:g}",
        "Seeds": ", ".join(experiment.seeds),
        "Converged": f"{experiment.reference} steps",
        "Model": measurement.model,
        "Measured": measurement.measured,
    }
    lines = [line.removeprefix("- ") for text in sentences for line in text.split("\n") if line]
    said = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return html_page(
        f"Schedulers: {experiment.prompt}",
        definition_list(facts)
        + f"<h2>Distance against steps</h2>{svg_chart(findings, by_seconds=False)}"
        + f"<h2>Distance against seconds</h2>{svg_chart(findings, by_seconds=True)}"
        + said
        + distance_table(findings),
    )


def distance_table(findings: Findings) -> str:
    """Return the distances as an HTML table, a row for each scheduler."""
    counts = sorted({mean.steps for mean in findings.means if mean.steps < findings.reference})
    head = "".join(
        f'<th scope="col">{count} {"step" if count == 1 else "steps"}</th>' for count in counts
    )
    rows = "".join(
        f'<tr><th scope="row">{escape(scheduler.value)}</th>'
        + "".join(
            f"<td>{mean.distance:.1f}<br><small>{escape(about(mean.even_seconds))}</small></td>"
            for mean in findings.curve(scheduler)
        )
        + "</tr>"
        for scheduler in findings.schedulers()
    )
    return (
        '<div class="box"><table><caption>Distance to the scheduler\'s own converged picture, '
        "in levels of 255, and the time of a picture</caption>"
        f"<thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
