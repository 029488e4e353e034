"""Two plots of a summary, drawn with matplotlib: ``pip install ndr[plots]``.

>>> ndr.plots.over_time(summary)                                           # doctest: +SKIP
>>> ndr.plots.causes(summary)                                              # doctest: +SKIP
"""

from __future__ import annotations

import datetime
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

    from ._ndr import Summary

__all__ = ["causes", "over_time"]

FAILURE, DELAY, OTHER, FAINT = "#d9534f", "#d98a1f", "#4a8fe0", "#4d535c"


def over_time(summary: Summary, *, ax: Axes | None = None) -> Axes:
    """Failures, delays and other messages, stacked, by day; by month or year where the time is long."""
    ax = _axes(ax, 3.2)
    rows = list(summary.days)
    days = [datetime.date.fromisoformat(row["day"]) for row in rows]
    unit = _unit(days)
    starts = sorted({_start(day, unit) for day in days})
    bottom = [0] * len(starts)
    for name, color in (("failures", FAILURE), ("delays", DELAY), ("others", OTHER)):
        counts = dict.fromkeys(starts, 0)
        for day, row in zip(days, rows):
            counts[_start(day, unit)] += row[name]
        if any(counts.values()):
            width = {"day": 0.9, "month": 27, "year": 330}[unit]
            ax.bar(starts, list(counts.values()), bottom=bottom, color=color, label=name, width=width)  # type: ignore[arg-type]
            bottom = [below + count for below, count in zip(bottom, counts.values())]
    if rows:
        from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

        locator = AutoDateLocator(minticks=3, maxticks=9)
        ax.xaxis.set_major_locator(locator)
        ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))
        ax.legend(frameon=False, labelcolor=FAINT, loc="upper left")
    _finish(ax, f"Messages by {unit}", counts=ax.yaxis)
    return ax


def _unit(days: list[datetime.date]) -> str:
    """The unit that gives a picture of some ten to hundred bars."""
    span = (max(days) - min(days)).days if days else 0
    return "day" if span <= 92 else "month" if span <= 4 * 366 else "year"


def _start(day: datetime.date, unit: str) -> datetime.date:
    return {"day": day, "month": day.replace(day=1), "year": day.replace(month=1, day=1)}[unit]


def causes(summary: Summary, *, top: int = 10, ax: Axes | None = None) -> Axes:
    """The largest root causes: how many bounces each is behind, and who must act."""
    rows = list(summary.incidents)[:top][::-1]
    ax = _axes(ax, 0.9 + 0.55 * max(len(rows), 1))
    labels = []
    for row in rows:
        what = f"{row['title']}: {row['shared']['value']}" if row["one"] else row["title"]
        labels.append("\n".join(textwrap.wrap(what, 46, max_lines=2, placeholder=" …")))
    counts = [row["count"] for row in rows]
    bars = ax.barh(range(len(rows)), counts, color=[FAILURE if row["one"] else OTHER for row in rows], height=0.62)
    ax.set_yticks(range(len(rows)), labels, fontsize=9)
    words = [f" {row['count']:,}  {row['act'][0] if row['act'] else ''}" for row in rows]
    ax.bar_label(bars, words, color=FAINT, fontsize=9)
    ax.margins(x=0.3)
    _finish(ax, "Root causes, and who must act first (red: one incident)", counts=ax.xaxis)
    return ax


def _axes(ax: Axes | None, height: float) -> Axes:
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(9, height), layout="constrained")[1]


def _finish(ax: Axes, title: str, *, counts: Axis) -> None:
    """Nothing but what is needed. The background is white also in a dark notebook, where the words stay readable."""
    from matplotlib.ticker import MaxNLocator

    ax.set_title(title, loc="left", color=FAINT, fontsize=11, fontweight="bold")
    ax.tick_params(colors=FAINT, length=0)
    for side, spine in ax.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(FAINT)
    counts.set_major_locator(MaxNLocator(5, integer=True))
    figure = ax.get_figure()
    if figure is not None:
        figure.set_facecolor("white")
    ax.set_facecolor("white")
