"""The cells of one notebook, run one after the other in a kernel that is ready; what each did to it.

nbclient takes a second to import, so the session loads this module while its kernel starts.
"""

from __future__ import annotations

import contextlib
import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import nbformat
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError

from autograder.sandbox.box import Limits
from autograder.sandbox.outputs import PAGE_BYTES, bounded, numbered
from autograder.sandbox.runner import DefiningRunner
from autograder.sandbox.watch import Watch

SHOWN_PAGES = 4  # so much more than is kept of a cell is taken in
SHOWN_S = 2  # after a cell's end, for what it shows to arrive
STARVED_SHARE = 0.25  # a cell that was stopped on the wall, having waited for a core for more than this, was not slow
LOST = "[output lost here: it did not come to an end, or was too large to be taken in]\n"


@dataclass
class NotebookRun:
    """One run in one kernel. `left_out` and `interrupted` are the session's own, and are added to.

    waited   says how many seconds the kernel has waited for a core so far
    starved  whether a cell ran out of time having waited for a good part of it
    """

    notebook: nbformat.NotebookNode
    manager: AsyncKernelManager
    client: AsyncKernelClient
    limits: Limits
    watch: Watch
    waited: Callable[[], float]
    left_out: dict[int, tuple[str, str]]
    interrupted: dict[int, tuple[str, str]]
    starved: bool = False

    async def run_cells(self) -> tuple[int, str, str] | None:
        """Run the cells not left out; the index of one that ended the kernel, the reason and what it did, or None."""
        runner = _Runner(
            self.notebook, km=self.manager, allow_errors=True, timeout=self.limits.cell_s, interrupt_on_timeout=True,
            error_on_timeout={"ename": "TimeoutError", "evalue": "", "traceback": []},
            iopub_timeout=SHOWN_S, raise_on_iopub_timeout=True, coalesce_streams=True, log=_quiet_log(),
        )  # fmt: skip
        runner.kc = self.client
        deadline = time.monotonic() + self.limits.notebook_s
        for index, cell in enumerate(self.notebook.cells):
            if cell.cell_type != "code" or index in self.left_out or "skip-execution" in cell.metadata.get("tags", []):
                continue
            if time.monotonic() > deadline:
                self.starved |= self.waited() > STARVED_SHARE * self.limits.notebook_s
                self.left_out[index] = (
                    "timeout",
                    f"was not run: the notebook had used up its {self.limits.notebook_s:g} s",
                )
                continue
            what = await self._run_cell(runner, cell, index)
            if what is not None:
                return index, *what
        return None

    async def _run_cell(self, runner: _Runner, cell: nbformat.NotebookNode, index: int) -> tuple[str, str] | None:
        """Run one cell; what it did to the kernel (reason, words), or None if the kernel can go on."""
        started, waited, all_shown = time.monotonic(), self.waited(), True
        runner.shown_bytes = 0
        try:
            await runner.async_execute_cell(cell, index)
        except CellTimeoutError:
            all_shown = False
            cell.outputs.append(nbformat.v4.new_output("stream", name="stderr", text=LOST))
        except DeadKernelError:
            reason, what = self.watch.verdict or ("crashed", "ended the kernel")
            return reason, f"{what}, so the notebook was run without it"
        except Exception as error:  # a cell can have the kernel send anything, and nbclient trusts its kernel
            return "crashed", f"cut the kernel off ({type(error).__name__}), so the notebook was run without it"
        finally:
            runner.reset_execution_trackers()  # what has been counted is not to be replaced by something larger
            cell.outputs = bounded(cell.outputs, self.limits.output_chars)
            cell.execution_count = numbered(cell.execution_count)
        in_time = time.monotonic() - started < self.limits.cell_s + (0 if all_shown else SHOWN_S)
        if in_time and all_shown:
            return None
        self.starved |= self.waited() - waited > STARVED_SHARE * self.limits.cell_s
        what = f"ran for over {self.limits.cell_s:g} s"
        if not await self._answers():
            return "timeout", f"{what} and could not be stopped, so the notebook was run without it"
        if not in_time:
            self.interrupted[index] = "timeout", f"{what} and was stopped"
        if not all_shown:
            await self._connect_output_again()
        return None

    async def _connect_output_again(self) -> None:
        """After a message that was too large to be taken in nothing more comes over that connection."""
        client: Any = self.client
        client.iopub_channel.stop()
        client._iopub_channel = None
        client.iopub_channel.start()
        deadline = time.monotonic() + 5.0
        while time.monotonic() < deadline:
            client.kernel_info()
            with contextlib.suppress(Exception):
                await client.get_shell_msg(timeout=1.0)
                await client.get_iopub_msg(timeout=0.05)
                return

    async def _answers(self) -> bool:
        message = self.client.kernel_info()
        deadline = time.monotonic() + 3.0
        while time.monotonic() < deadline:
            with contextlib.suppress(Exception):
                reply = await self.client.get_shell_msg(timeout=0.5)
                if reply["parent_header"].get("msg_id") == message:
                    return True
        return False


class _Runner(DefiningRunner):
    """nbclient's runner, but what a cell shows is dropped once it is more than will be kept of it.

    shown_bytes  of the cell at hand; whoever runs a cell sets it to 0 first
    """

    shown_bytes = 0

    def process_message(
        self, msg: dict[str, Any], cell: nbformat.NotebookNode, cell_index: int
    ) -> nbformat.NotebookNode | None:
        """Take in one message of the kernel's."""
        if msg["msg_type"] not in ("status", "clear_output"):
            self.shown_bytes += len(json.dumps(msg["content"]))
            if self.shown_bytes > SHOWN_PAGES * PAGE_BYTES:
                return None
        return super().process_message(msg, cell, cell_index)


def _quiet_log() -> logging.Logger:
    """A log of nbclient's own that nobody reads: what happened to a cell is in the result."""
    log = logging.getLogger("autograder.notebook")
    log.propagate, log.disabled = False, True
    return log
