"""The curves as a drawing inside an HTML file."""

import math
from html import escape

from inkcloud.domain.sampler_name import SamplerName
from inkcloud.playground.schedulers.findings import Findings, Mean

# Okabe and Ito's colours, which people with any colour vision tell apart.
COLOURS = {
    SamplerName.PNDM: "#CC79A7",
    SamplerName.KLMS: "#E69F00",
    SamplerName.DDIM: "#56B4E9",
    SamplerName.K_EULER: "#009E73",
    SamplerName.K_EULER_ANCESTRAL: "#D55E00",
    SamplerName.DPM_SOLVER_MULTISTEP: "#0072B2",
}
_WIDTH, _HEIGHT = 720, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 170, 12, 44


def svg_chart(findings: Findings, *, by_seconds: bool) -> str:
    """Return the distances against steps or seconds, on a logarithmic axis, as SVG.

    Args:
        findings: the curves.
        by_seconds: whether the axis across is seconds.
    """
    means = [m for scheduler in findings.schedulers() for m in findings.curve(scheduler)]
    values = [_across(mean, by_seconds) for mean in means]
    low, high = min(values), max(max(values), min(values) * 1.01)
    top = max(max(mean.distance for mean in means), 1.0)

    def place(mean: Mean) -> tuple[float, float]:
        share = math.log(_across(mean, by_seconds) / low) / math.log(high / low)
        x = _LEFT + share * (_WIDTH - _LEFT - _RIGHT)
        y = _HEIGHT - _BOTTOM - mean.distance / top * (_HEIGHT - _TOP - _BOTTOM)
        return x, y

    lines = []
    for number, scheduler in enumerate(findings.schedulers()):
        points = [place(mean) for mean in findings.curve(scheduler)]
        lines.append(_line(scheduler, points, number))
    unit = "seconds a picture" if by_seconds else "steps"
    ticks = "".join(
        _text(place(mean)[0], _HEIGHT - _BOTTOM + 16, f"{_across(mean, by_seconds):.3g}", "middle")
        for mean in findings.curve(findings.schedulers()[0])
    )
    levels = "".join(
        _text(_LEFT - 6, _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM) + 4,
              f"{share * top:.0f}", "end")
        for share in (0, 0.25, 0.5, 0.75, 1)
    )  # fmt: skip
    title = escape(f"Distance to the converged picture in levels of 255, against {unit}")
    return (
        f'<div class="box"><svg viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" '
        f'role="img" aria-label="{title}" font-size="12" fill="currentColor">'
        f'<path d="M{_LEFT} {_TOP}V{_HEIGHT - _BOTTOM}H{_WIDTH - _RIGHT}" fill="none" '
        'stroke="currentColor"/>'
        f"{''.join(lines)}{ticks}{levels}"
        f"{_text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 8, unit, 'middle')}</svg></div>"
    )


def _across(mean: Mean, by_seconds: bool) -> float:
    return max(mean.even_seconds, 1e-3) if by_seconds else float(mean.steps)


def _line(scheduler: SamplerName, points: list[tuple[float, float]], number: int) -> str:
    colour = COLOURS[scheduler]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points)
    y = _TOP + 14 + 20 * number
    left = _WIDTH - _RIGHT + 14
    return (
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>{dots}'
        f'<rect x="{left}" y="{y - 9}" width="12" height="12" fill="{colour}"/>'
        f"{_text(left + 18, y + 2, scheduler.value, 'start')}"
    )


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
