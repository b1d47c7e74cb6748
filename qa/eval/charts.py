"""Plots as inline SVG: bars with intervals, lines, a histogram. Everything that is shown is escaped here."""

import math
from collections.abc import Mapping, Sequence
from html import escape

from qa.eval.stats import Estimate

WIDTH, LABELS, RIGHT = 760, 170, 120  # of a plot, of the names to its left, of the figures to its right
_BAR, _GAP = 16, 10
_PLOT_HEIGHT, _BASE, _TOP = 260, 44, 16
_BINS = 24
# dark enough on white for text of the same colour (4.5:1), and told apart by people who see no red or green
COLOURS = ("#0b5394", "#b45309", "#047857", "#7e22ce", "#525252")
Point = tuple[float, float]


def _text(x: float, y: float, text: str, anchor: str = "start", kind: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{kind}">{escape(text)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def _rect(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'


def _svg(height: float, label: str, parts: Sequence[str]) -> str:
    body = "".join(parts)
    return f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{escape(label)}">{body}</svg>'


def legend(names: Sequence[str]) -> str:
    """The colour of each name, as HTML."""
    items = (f'<li><i style="background:{COLOURS[i % len(COLOURS)]}"></i>{escape(n)}</li>' for i, n in enumerate(names))
    return f'<ul class="legend">{"".join(items)}</ul>'


# ---- bars -----------------------------------------------------------------------------------------------------------


def _bar(y: float, estimate: Estimate, colour: str) -> list[str]:
    span, middle = WIDTH - LABELS - RIGHT, y + _BAR / 2
    low, high = (LABELS + span * value for value in (estimate.low, estimate.high))
    return [
        _rect(LABELS, y, span * estimate.value, _BAR, colour),
        _line(low, middle, high, middle, "whisker"),
        _line(low, middle - 4, low, middle + 4, "whisker"),
        _line(high, middle - 4, high, middle + 4, "whisker"),
        _text(WIDTH - RIGHT + 8, middle + 4, f"{estimate.value:.3f}", kind="figure"),
    ]


def _grid(height: float) -> list[str]:
    span, parts = WIDTH - LABELS - RIGHT, []
    for step in range(5):
        x = LABELS + span * step / 4
        parts += [_line(x, 0, x, height, "grid"), _text(x, height + 16, f"{step * 25}%", "middle", "axis")]
    return parts


def bars(label: str, groups: Mapping[str, Mapping[str, Estimate]]) -> str:
    """A block of bars for each group, one for each series in it, from 0 to 1, with intervals."""
    parts: list[str] = []
    y = 4.0
    for group, series in groups.items():
        n = next((e.n for e in series.values()), 0)
        middle = y + len(series) * _BAR / 2
        parts += [_text(LABELS - 8, middle + 4, f"{group} ({n})", "end")]
        for i, estimate in enumerate(series.values()):
            parts += _bar(y, estimate, COLOURS[i % len(COLOURS)])
            y += _BAR
        y += _GAP
    return _svg(y + 24, label, [*_grid(y), *parts])


# ---- lines and histogram --------------------------------------------------------------------------------------------


class _Plane:
    """Maps values onto a plot, and draws its axes."""

    def __init__(self, most: Point) -> None:
        self.most = most
        self.bottom = _PLOT_HEIGHT - _BASE

    def at(self, point: Point) -> Point:
        span = WIDTH - 2 * _BASE
        x, y = (value / most if most else 0.0 for value, most in zip(point, self.most, strict=True))
        return _BASE + 12 + span * x, self.bottom - (self.bottom - _TOP) * y

    def axes(self, x_label: str, x_form: str, y_form: str) -> list[str]:
        parts = []
        for step in range(5):
            x, y = self.at((self.most[0] * step / 4, self.most[1] * step / 4))
            left, right = self.at((0, 0))[0], self.at(self.most)[0]
            parts += [
                _line(left, y, right, y, "grid"),
                _text(left - 6, y + 4, format(self.most[1] * step / 4, y_form), "end", "axis"),
                _text(x, self.bottom + 16, format(self.most[0] * step / 4, x_form), "middle", "axis"),
            ]
        return [*parts, _text(WIDTH / 2, _PLOT_HEIGHT - 6, x_label, "middle", "axis")]


def lines(label: str, x_label: str, series: Mapping[str, Sequence[Point]], most_x: float, mark: float | None = None) -> str:
    """A line for each series over a shared x from 0, y from 0 to 1; `mark` is an x to point out."""
    plane = _Plane((most_x, 1.0))
    parts = plane.axes(x_label, ".1f", ".0%")
    if mark is not None:
        parts.append(_line(*plane.at((mark, 0)), *plane.at((mark, 1)), "marker"))
        parts.append(_text(plane.at((mark, 1))[0] + 5, _TOP + 12, f"{mark:g}"))
    for i, points in enumerate(series.values()):
        path = " ".join("{:.1f},{:.1f}".format(*plane.at(point)) for point in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{COLOURS[i]}" stroke-width="2.5"/>')
    return _svg(_PLOT_HEIGHT, label, parts)


def _nice(value: float) -> float:
    """The next number above that reads well: 1, 2 or 5 times a power of ten, or a quarter more."""
    power = 10 ** math.floor(math.log10(value)) if value > 0 else 1.0
    return next(power * step for step in (1, 2, 2.5, 4, 5, 8, 10) if power * step >= value)


def histogram(label: str, x_label: str, values: Sequence[float]) -> str:
    """How often values fall into bins of one width from 0 on."""
    most = _nice(max(values))
    counts = [0] * _BINS
    for value in values:
        counts[min(_BINS - 1, int(value / most * _BINS))] += 1
    plane = _Plane((most, float(4 * math.ceil(max(counts) / 4))))
    parts = plane.axes(x_label, ".0f", ".0f")
    for i, count in enumerate(counts):
        (left, top), (right, bottom) = plane.at((most * i / _BINS, count)), plane.at((most * (i + 1) / _BINS, 0))
        parts.append(_rect(left, top, right - left - 1, bottom - top, COLOURS[0]))
    return _svg(_PLOT_HEIGHT, label, parts)
