"""Output of the launcher: a line per step with its seconds, and on a terminal a bar."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

# Without a terminal there is no width to ask for; a table of the scorecard fits into this one.
PLAIN_WIDTH = 140


class Step:
    """A step that is under way; set `detail` to say more on its line."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self.detail = ""
        self._progress, self._task = progress, task

    def advance(self) -> None:
        """Count one more part of the step as done."""
        self._progress.advance(self._task)


class StepPrinter:
    """Prints steps to a console: plain lines where it is not a terminal."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console()
        if not self.console.is_terminal:
            self.console.width = PLAIN_WIDTH

    def print_step(self, title: str, seconds: float, detail: str = "") -> None:
        """Print the line of a step that is over."""
        self.console.print(
            f"[green]{seconds:7.1f} s[/]  {escape(f'{title:<38}')} {escape(detail)}".rstrip(), soft_wrap=True
        )

    def print_text(self, text: str) -> None:
        """Print a line that is not a step."""
        self.console.print(escape(text), soft_wrap=True)

    @contextmanager
    def step(self, title: str, total: int | None = None) -> Iterator[Step]:
        """Show a bar for the block, on a terminal, and print the step's line when it ended well."""
        started = time.monotonic()
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed}/{task.total}"),
            TimeElapsedColumn(),
        )
        visible = columns if total else (*columns[:2], columns[3])
        with Progress(*visible, console=self.console, transient=True, disable=not self.console.is_terminal) as progress:
            step = Step(progress, progress.add_task(title, total=total))
            yield step
        self.print_step(title, time.monotonic() - started, step.detail)
