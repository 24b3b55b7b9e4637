"""What the person at the keyboard sees: one line per step as it ends, with its seconds, and a bar while it lasts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

# So wide that a table of the scorecard fits where there is no terminal to ask.
PLAIN_WIDTH = 140


class Step:
    """A step that is under way; set `detail` to say more on its line."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self.detail = ""
        self._progress, self._task = progress, task

    def advance(self) -> None:
        """One part of the step is done."""
        self._progress.advance(self._task)


class Steps:
    """Prints steps to a console: plain lines where it is not a terminal."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console()
        if not self.console.is_terminal:
            self.console.width = PLAIN_WIDTH

    def line(self, title: str, seconds: float, detail: str = "") -> None:
        """A line for something that is over."""
        self.console.print(
            f"[green]{seconds:7.1f} s[/]  {escape(f'{title:<38}')} {escape(detail)}".rstrip(), soft_wrap=True
        )

    def say(self, text: str) -> None:
        """A line that is not a step."""
        self.console.print(escape(text), soft_wrap=True)

    @contextmanager
    def step(self, title: str, total: int | None = None) -> Iterator[Step]:
        """Shows a bar while the block lasts, on a terminal, and its line when it ended well."""
        started = time.monotonic()
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed}/{task.total}"),
            TimeElapsedColumn(),
        )
        shown = columns if total else (*columns[:2], columns[3])
        with Progress(*shown, console=self.console, transient=True, disable=not self.console.is_terminal) as progress:
            step = Step(progress, progress.add_task(title, total=total))
            yield step
        self.line(title, time.monotonic() - started, step.detail)
