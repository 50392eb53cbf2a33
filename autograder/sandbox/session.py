"""One submission's life in the sandbox: start a kernel, run the notebook, open forks that answer questions.

What a cell does to the kernel costs that cell: one that ends the kernel, or cannot be interrupted, is left out
and the notebook is run again without it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError

from autograder.errors import ChildDied, KernelFailed
from autograder.follow_through import FollowThrough
from autograder.sandbox.box import Box, Limits
from autograder.sandbox.remote import RemoteConnection, open_fork

KERNEL = "autograder-confined"
KERNELS = Path(__file__).resolve().parent / "kernels"
START_S = 60.0
SERVE = "__import__('autograder.agent').agent.serve({path!r}, globals())"
TIMED_OUT = "CellTimeout"


class Session:
    """A confined kernel that has run, or will run, one notebook.

    notebook   cells to run, in order; outputs are written into it
    files      what appears in the working folder
    """

    def __init__(
        self, notebook: nbformat.NotebookNode, files: list[Path], limits: Limits, confined: bool = True
    ) -> None:
        self.notebook, self.files, self.limits, self.confined = notebook, files, limits, confined
        self.left_out: dict[int, tuple[str, str]] = {}
        self._loop = asyncio.new_event_loop()
        self._restarts = 0
        self._serving = False
        self._start()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def run(self) -> None:
        """Run the notebook's cells and leave the kernel answering questions. Raises KernelFailed."""
        while not self._serving:
            self._wait(self._ready())
            culprit = self._wait(self._run_cells())
            if culprit is None:
                self._serve()
            else:
                self.left_out[culprit[0]] = culprit[1:]
                self._restart()

    @contextlib.contextmanager
    def connect(self, follow_through: FollowThrough, timeout_s: float) -> Iterator[RemoteConnection]:
        """A fork of the process as the notebook left it, with the stand-ins that `follow_through` answers for."""
        try:
            connection = self._open(follow_through, timeout_s)
        except ChildDied:  # the fork server itself is gone: a question killed it
            self._restart()
            self.run()
            connection = self._open(follow_through, timeout_s)
        try:
            yield connection
        finally:
            connection.close()

    def close(self) -> None:
        """Kill everything in the sandbox and remove its folder."""
        self._stop()
        self._loop.close()

    def _open(self, follow_through: FollowThrough, timeout_s: float) -> RemoteConnection:
        return open_fork(self.box.socket, follow_through, timeout_s, self.limits.question_bytes)

    def _wait(self, work: Awaitable[Any]) -> Any:
        return self._loop.run_until_complete(work)

    def _start(self) -> None:
        self.box = Box(self.files, self.limits, self.confined)
        specs = KernelSpecManager(kernel_dirs=[str(KERNELS)], ensure_native_kernel=False)
        self.manager = AsyncKernelManager(kernel_name=KERNEL, kernel_spec_manager=specs)
        try:
            self._wait(self.manager.start_kernel(box=self.box))
        except OSError as error:
            self.box.remove()
            raise KernelFailed(f"the confined kernel could not be started: {error}") from error
        self.client: AsyncKernelClient = self.manager.client()
        self.client.start_channels(hb=False, stdin=False)

    def _stop(self) -> None:
        self._serving = False
        self.client.stop_channels()
        self._wait(self._kill())
        self.manager.context.destroy(linger=0)
        self.box.remove()

    async def _kill(self) -> None:
        provisioner = self.manager.provisioner
        if provisioner is not None and provisioner.has_process:
            await provisioner.kill()
            await provisioner.wait()

    def _restart(self) -> None:
        self._restarts += 1
        if self._restarts > self.limits.restarts:
            raise ChildDied(f"the notebook ended its kernel {self._restarts} times")
        self._stop()
        self._start()

    async def _ready(self) -> None:
        """Wait until the kernel answers and its output arrives here. Raises KernelFailed."""
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if not await self.manager.is_alive():
                raise KernelFailed(f"the confined kernel ended while starting: {self._log()}")
            self.client.kernel_info()
            with contextlib.suppress(Exception):
                await self.client.get_shell_msg(timeout=1.0)
                await self.client.get_iopub_msg(timeout=0.05)
                return
        raise KernelFailed(f"the confined kernel did not answer within {START_S:g} s: {self._log()}")

    def _log(self) -> str:
        with contextlib.suppress(OSError):
            return (self.box.folder / "kernel.log").read_text(errors="replace")[-500:].strip()
        return ""

    async def _run_cells(self) -> tuple[int, str, str] | None:
        """Run the cells not left out; the index of one that ended the kernel, the reason and what it did, or None."""
        runner = NotebookClient(
            self.notebook, km=self.manager, allow_errors=True, timeout=self.limits.cell_s, interrupt_on_timeout=True,
            error_on_timeout={"ename": TIMED_OUT, "evalue": f"over {self.limits.cell_s:g} s", "traceback": []},
            iopub_timeout=2, raise_on_iopub_timeout=False, coalesce_streams=True, log=_quiet_log(),
        )  # fmt: skip
        runner.kc = self.client
        deadline = time.monotonic() + self.limits.notebook_s
        for index, cell in enumerate(self.notebook.cells):
            if cell.cell_type != "code" or index in self.left_out or "skip-execution" in cell.metadata.get("tags", []):
                continue
            if time.monotonic() > deadline:
                self.left_out[index] = (
                    "timeout",
                    f"was not run: the notebook had used up its {self.limits.notebook_s:g} s",
                )
                continue
            what = await self._run_cell(runner, cell, index)
            if what is not None:
                return index, *what
        return None

    async def _run_cell(
        self, runner: NotebookClient, cell: nbformat.NotebookNode, index: int
    ) -> tuple[str, str] | None:
        """Run one cell; what it did to the kernel (reason, words), or None if the kernel can go on."""
        started = time.monotonic()
        try:
            await runner.async_execute_cell(cell, index)
        except DeadKernelError:
            return "crashed", "ended the kernel, so the notebook was run without it"
        except (zmq.ZMQError, RuntimeError) as error:
            return "crashed", f"cut the kernel off ({error}), so the notebook was run without it"
        if time.monotonic() - started < self.limits.cell_s or await self._answers():
            return None
        what = f"ran for over {self.limits.cell_s:g} s and could not be stopped, so the notebook was run without it"
        return "timeout", what

    async def _answers(self) -> bool:
        message = self.client.kernel_info()
        deadline = time.monotonic() + 3.0
        while time.monotonic() < deadline:
            with contextlib.suppress(Exception):
                reply = await self.client.get_shell_msg(timeout=0.5)
                if reply["parent_header"].get("msg_id") == message:
                    return True
        return False

    def _serve(self) -> None:
        """Have the kernel listen for questions. Raises KernelFailed."""
        self.client.execute(SERVE.format(path=str(self.box.socket)), silent=True, store_history=False)
        deadline = time.monotonic() + START_S
        while not self.box.socket.exists():
            if time.monotonic() > deadline or not self._wait(self.manager.is_alive()):
                raise KernelFailed(f"the kernel does not listen for questions: {self._log()}")
            time.sleep(0.002)
        self._serving = True


def _quiet_log() -> logging.Logger:
    """A log of nbclient's own that nobody reads: what happened to a cell is in the result."""
    log = logging.getLogger("autograder.notebook")
    log.propagate, log.disabled = False, True
    return log
