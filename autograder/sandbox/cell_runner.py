"""The cells of one notebook, run one after the other in a kernel that is ready; their effects on the kernel.

nbclient takes a second to import, so the session loads this module while its kernel starts.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
import time
from dataclasses import dataclass
from typing import Any

import nbformat
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError

from autograder.agent.wire import WireTimeout
from autograder.restore.needed_cells import Needed, definitions_in
from autograder.restore.released import SKIPPED
from autograder.restore.syntax import Code
from autograder.sandbox.box import Limits
from autograder.sandbox.budget import Budget
from autograder.sandbox.cpu_wait import Stopwatch, own_waited_s
from autograder.sandbox.deadline import Deadline
from autograder.sandbox.defining_runner import DefiningRunner
from autograder.sandbox.output_limits import NOTEBOOK_BYTES, PAGE_BYTES, bounded, numbered, size
from autograder.sandbox.watchdog import Watch

SHOWN_PAGES = 4  # output of a cell that is read, as a multiple of what is kept
SHOWN_S = 2  # after a cell's end, for what it shows to arrive
ENDING = re.compile(
    r"exit|quit|kill|shutdown|abort|\.stop\(|signal"
)  # in a cell that may end the kernel after its reply
ENDING_S = 0.5  # after such a cell the kernel is watched for this long, so that no other cell is blamed
CALLED_EXIT = "called exit() or quit(), which ends the kernel in Jupyter: the cells below it were run all the same"
INTERRUPT_S = 5.0  # after an interrupt, for a cell to end
LOST = "[output lost here: it did not come to an end, or was too large to be taken in]\n"


@dataclass
class NotebookRun:
    """One run in one kernel. `left_out`, `interrupted` and `budget` are the session's own, and are changed.

    needed   the cells and names that the answers need; None if unknown: then every cell is needed
    starved  whether a cell that answers need ran out of time on a machine too busy to give it that time on a core
    """

    notebook: nbformat.NotebookNode
    manager: AsyncKernelManager
    client: AsyncKernelClient
    limits: Limits
    watch: Watch
    left_out: dict[int, tuple[str, str]]
    interrupted: dict[int, tuple[str, str]]
    budget: Budget
    needed: Needed | None = None
    starved: bool = False

    def __post_init__(self) -> None:
        self._room_bytes = NOTEBOOK_BYTES  # for the outputs of the cells to come

    async def run_cells(self) -> tuple[int, str, str] | None:
        """Run the cells not left out; (index, reason, event) of one that ended the kernel, or None."""
        runner = _Runner(
            self.notebook, km=self.manager, allow_errors=True, timeout=None,
            iopub_timeout=SHOWN_S, raise_on_iopub_timeout=True, coalesce_streams=True, log=_quiet_log(),
        )  # fmt: skip
        runner.kc = self.client
        for index, cell in enumerate(self.notebook.cells):
            culprit = await self._run_or_refuse(runner, cell, index) if self._is_run(index) else None
            if culprit is not None:
                return index, *culprit
        return None

    def _is_run(self, index: int) -> bool:
        cell = self.notebook.cells[index]
        is_skipped = SKIPPED in cell.metadata.get("tags", [])
        ended_the_kernel = index in self.left_out and index not in self.budget.refused
        return cell.cell_type == "code" and not is_skipped and not ended_the_kernel

    def _is_needed(self, index: int) -> bool:
        return self.needed is None or index in self.needed.places

    async def _run_or_refuse(self, runner: _Runner, cell: nbformat.NotebookNode, index: int) -> tuple[str, str] | None:
        """Run one cell if there is time for it, else only the definitions of an own cell; returns as `_run_cell`."""
        needed = self._is_needed(index)
        refusal = self.budget.refusal(index, needed)
        if refusal:
            self.left_out[index] = "timeout", f"was not run: {refusal}"
            cell = nbformat.v4.new_code_cell("" if needed else definitions_in(Code(cell.source)))
        started, others = time.monotonic(), self.watch.account.stopwatch()
        culprit = await self._run_cell(runner, cell, index, others) if cell.source else None
        self.budget.charge(needed or bool(refusal), time.monotonic() - started - others.waited_s())
        if culprit is not None:
            self.budget.refused.discard(index)
        return culprit

    async def _run_cell(
        self, runner: _Runner, cell: nbformat.NotebookNode, index: int, others: Stopwatch
    ) -> tuple[str, str] | None:
        """Run one cell; (reason, event) if it ended the kernel, None if the kernel can go on."""
        runner.shown_bytes, runner.called_exit = 0, False
        cell.metadata.pop("execution", None)  # the times of another run
        in_time = all_shown = True
        running = asyncio.ensure_future(runner.async_execute_cell(cell, index))
        try:
            in_time = await self._ends_in_time(cell, index, running, others)
            if not running.done():
                running.cancel()
            await running
        except CellTimeoutError:
            all_shown = False
            cell.outputs.append(nbformat.v4.new_output("stream", name="stderr", text=LOST))
        except (DeadKernelError, asyncio.CancelledError):  # as which nbclient takes the end of its waiting, too
            if in_time or not await self.manager.is_alive():
                return self._death()
        except Exception as error:  # a cell can have the kernel send anything, and nbclient trusts its kernel
            return "crashed", f"cut the kernel off ({type(error).__name__}), so the notebook was run without it"
        finally:
            runner.reset_execution_trackers()  # outputs already counted must not be replaced by larger ones
            cell.outputs = bounded(cell.outputs, self.limits.output_chars, self._room_bytes)
            self._room_bytes -= sum(map(size, cell.outputs))
            cell.execution_count = numbered(cell.execution_count)
        if in_time and ENDING.search(cell.source) and await self._ends():
            return self._death()
        if runner.called_exit:
            self.interrupted[index] = "", CALLED_EXIT
        return None if in_time and all_shown else await self._after_timeout(index, in_time, all_shown)

    async def _ends_in_time(
        self, cell: nbformat.NotebookNode, index: int, running: asyncio.Future[Any], others: Stopwatch
    ) -> bool:
        """Wait for a cell; if it is late, interrupt it and wait a little longer. Its outputs may be late."""
        before_s = own_waited_s()  # the grader's own waiting for a core does not count either
        deadline = Deadline([(self.limits.cell_s, 0.0)], lambda: others.waited_s() + own_waited_s() - before_s)
        while not running.done():
            try:
                await asyncio.wait({running}, timeout=deadline.left_s())
            except WireTimeout:
                if "shell.execute_reply" in cell.metadata.get("execution", {}):
                    await asyncio.wait({running}, timeout=INTERRUPT_S)
                    return True
                self.starved |= self._is_needed(index) and deadline.starved
                await self.manager.interrupt_kernel()
                await asyncio.wait({running}, timeout=INTERRUPT_S)
                return False
        return True

    async def _after_timeout(self, index: int, in_time: bool, all_shown: bool) -> tuple[str, str] | None:
        """Check whether the kernel goes on after a cell that was stopped, or whose outputs did not end."""
        reason = f"ran for over {self.limits.cell_s:g} s"
        if not await self._answers():
            return "timeout", f"{reason} and could not be stopped, so the notebook was run without it"
        if not in_time:
            self.interrupted[index] = "timeout", f"{reason} and was stopped"
        if not all_shown:
            await self._connect_output_again()
        return None

    def _death(self) -> tuple[str, str]:
        reason, event = self.watch.verdict or ("crashed", "ended the kernel")
        return reason, f"{event}, so the notebook was run without it"

    async def _ends(self) -> bool:
        """Whether the kernel ends in the next moment, or has stopped answering."""
        deadline = time.monotonic() + ENDING_S
        while time.monotonic() < deadline:
            if not await self.manager.is_alive():
                return True
            await asyncio.sleep(0.05)
        return not await self._answers()

    async def _connect_output_again(self) -> None:
        """Connect again for outputs: after a message that was too large, nothing more arrives over that connection."""
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
    """nbclient's runner, which drops a cell's outputs beyond the bound.

    shown_bytes  of the cell at hand; to be set to 0 before each cell
    called_exit  whether the cell at hand asked the kernel to end; to be set to False before each cell
    """

    shown_bytes = 0
    called_exit = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, on_cell_executed=self._read_reply, **kwargs)

    def _read_reply(self, cell: nbformat.NotebookNode, cell_index: int, execute_reply: dict[str, Any]) -> None:
        """Read a cell's reply, for nbclient; the student's process can have put anything into it."""
        payload = execute_reply["content"].get("payload")
        self.called_exit = isinstance(payload, list) and any(
            isinstance(part, dict) and part.get("source") == "ask_exit" for part in payload
        )

    def process_message(
        self, msg: dict[str, Any], cell: nbformat.NotebookNode, cell_index: int
    ) -> nbformat.NotebookNode | None:
        """Take in one message of the kernel's. Messages between widgets are no output."""
        if msg["msg_type"].startswith("comm"):
            return None
        if msg["msg_type"] not in ("status", "clear_output"):
            self.shown_bytes += len(json.dumps(msg["content"]))
            if self.shown_bytes > SHOWN_PAGES * PAGE_BYTES:
                return None
        return super().process_message(msg, cell, cell_index)


def _quiet_log() -> logging.Logger:
    """A log for nbclient that is thrown away: the fate of a cell is in the result."""
    log = logging.getLogger("autograder.notebook")
    log.propagate, log.disabled = False, True
    return log
