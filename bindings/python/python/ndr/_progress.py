"""The progress bar of ``ndr.scan(..., progress=True)``: a line in a terminal, an element in a notebook."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._ndr import Progress

WIDTH = 24


def bar() -> Callable[[Progress], None]:
    """A bar for where this program runs."""
    return NotebookBar() if in_notebook() else TerminalBar()


def in_notebook() -> bool:
    """Whether output goes to a notebook."""
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    return get_ipython is not None and getattr(get_ipython(), "kernel", None) is not None


class Bar:
    """What both bars count."""

    def __init__(self) -> None:
        self.start = time.monotonic()

    def part(self, progress: Progress) -> float | None:
        """How much is done, 0 to 1, where it is known."""
        if progress.finished:
            return 1.0
        return min(progress.bytes / progress.bytes_total, 1.0) if progress.bytes_total else None

    def words(self, progress: Progress) -> str:
        """The state in words."""
        seconds = max(time.monotonic() - self.start, 0.001)
        words = f"{progress.messages:,} messages, {progress.messages / seconds:,.0f} a second"
        if progress.errors:
            words += f", {progress.errors:,} unreadable"
        part = self.part(progress)
        if part and part < 1:
            words += f", {seconds / part - seconds:,.0f} s left"
        return words


class TerminalBar(Bar):
    """A line that is written anew; nothing where standard error is no terminal."""

    def __call__(self, progress: Progress) -> None:
        if not sys.stderr.isatty():
            return
        part = self.part(progress)
        full = round((part or 0) * WIDTH)
        drawn = "█" * full + "░" * (WIDTH - full)
        end = "\n" if progress.finished else ""
        sys.stderr.write(f"\r\x1b[2K{drawn} {self.words(progress)}{end}")
        sys.stderr.flush()


class NotebookBar(Bar):
    """An element of the output that is drawn anew."""

    def __init__(self) -> None:
        super().__init__()
        self.handle: Any = None

    def __call__(self, progress: Progress) -> None:
        from IPython.display import HTML, display

        part = self.part(progress)
        value = "" if part is None else f' value="{part:.4f}"'
        html = HTML(f"<progress{value}></progress> {self.words(progress)}")
        if self.handle is None:
            self.handle = display(html, display_id=True)
        else:
            self.handle.update(html)
