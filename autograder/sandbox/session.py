"""One submission's life in the sandbox: start a kernel, run the notebook, open forks that answer questions.

A cell pays for its own effects on the kernel: one that ends the kernel, or cannot be interrupted, is left out and the
notebook is run again without it; if that has happened too often, once more without the student's own experiments. All
runs together have one budget of seconds.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import subprocess
import time
from collections.abc import Awaitable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

from autograder import course
from autograder.errors import AutograderError, ChildDied, KernelFailed
from autograder.sandbox.box import Box, Limits, Packages
from autograder.sandbox.budget import Budget
from autograder.sandbox.cgroup import Group
from autograder.sandbox.connection import RemoteConnection, open_fork
from autograder.sandbox.cores import Core
from autograder.sandbox.event_loop import EventLoop
from autograder.sandbox.inside import Inside
from autograder.sandbox.own_files import OwnFile
from autograder.sandbox.reference_server import FollowThrough
from autograder.sandbox.relay import Relay
from autograder.sandbox.watchdog import Watch, descendants, end, sweep

if TYPE_CHECKING:
    import nbformat

    from autograder.restore.needed_cells import Needed

KERNEL = "autograder-confined"
KERNELS = Path(__file__).resolve().parent / "kernels"
START_S = 300.0  # wall seconds, on however busy a machine, for a kernel that has run nothing of a student's
SERVE_S = 60.0  # wall seconds for one that has run the student's cells, to listen
CLOSING_STEPS = 3  # of the event loop, in which abandoned connections are closed
REACH_S = 0.005  # between two attempts to reach its folders
MESSAGE_BYTES = 16 * 2**20  # a longer message of the kernel's is not taken in, and its connection made anew
WAITING = 8  # messages that may wait here to be taken in
AGENT = "__import__('autograder.agent.{0}').agent.{0}"
KEEP = AGENT.format("kept_names") + ".keep(get_ipython(), {0.answers!r}, {0.names!r}, {0.locked!r})"
SERVE = AGENT.format("server") + ".serve({path!r}, globals())"


class Session:
    """A confined kernel that has run, or will run, one notebook.

    notebook   cells to run, in order; outputs are written into it. It may be set later, but before `run`
    needed     the cells and names that its answers need, None if unknown: then every cell is needed. It may be set with
               the notebook
    files      the files in the working folder
    needs      packages to be visible beside the usual ones; None for all that are installed

    After `run`, by the place of the cell, the reason (`timeout`, `crashed`, `memory`) and the event:
    left_out     cells that the notebook was run without
    interrupted  cells that were stopped when their time was up
    starved      whether that happened on a machine too busy to give them a core
    """

    def __init__(
        self,
        notebook: nbformat.NotebookNode | None,
        files: list[Path | OwnFile],
        limits: Limits,
        confined: bool = True,
        needs: Packages = None,
    ) -> None:
        self.notebook, self.files, self.limits, self.confined, self.needs = notebook, files, limits, confined, needs
        self.needed: Needed | None = None
        self._secret = course.current().root  # also for a kernel that is started anew, wherever that happens
        self.left_out: dict[int, tuple[str, str]] = {}
        self.interrupted: dict[int, tuple[str, str]] = {}
        self._loop = EventLoop()
        self.starved = False
        self._restarts = 0
        self._budget = Budget(limits.notebook_s)
        self._lost_s = 0.0
        self._given_up = False
        self._serving = False
        try:
            self._start()
        except BaseException:
            self._loop.close()
            raise

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def is_of(self, files: Sequence[Path | OwnFile], limits: Limits, confined: bool, needs: Packages = None) -> bool:
        """Whether it was started with these arguments, and its kernel has not ended since."""
        alive = self._process.poll() is None and self._watch.verdict is None
        mine = self.files, self.limits, self.confined, self.needs, self._secret
        return alive and mine == (list(files), limits, confined, needs, course.current().root)

    def run(self) -> None:
        """Run the notebook's cells and leave the kernel answering questions. Raises KernelFailed, ChildDied."""
        from autograder.sandbox.cell_runner import NotebookRun  # a second, while the kernel starts

        assert self.notebook is not None, "a session needs its notebook before it runs"
        while not self._serving:
            self._wait(self._ready())
            if self.needed is not None:  # it is carried out before the first cell
                self.client.execute(KEEP.format(self.needed), silent=True, store_history=False)
            run = NotebookRun(
                self.notebook, self.manager, self.client, self.limits, self._watch,
                self.left_out, self.interrupted, self._budget, self.needed,
            )  # fmt: skip
            culprit = self._wait(run.run_cells())
            self.starved |= run.starved
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
            self._revive()
            connection = self._open(follow_through, timeout_s)
        try:
            yield connection
        finally:
            connection.close()
            sweep(self._process, self._own)

    def _revive(self) -> None:
        """Run the notebook in a new kernel. Raises ChildDied, and gives the notebook up, once ends and silence of its
        kernels have cost as many seconds as it may run in all."""
        self._given_up |= self._lost_s > self.limits.notebook_s
        self._refuse_given_up()
        started, noted = time.monotonic(), (dict(self.left_out), dict(self.interrupted))
        self._budget.needed_s = self.limits.notebook_s - self._lost_s
        try:
            self._stop()
            self._start()
            self.run()
        finally:
            self._lost_s += time.monotonic() - started
            self.left_out, self.interrupted = noted  # the events of the first run are reported

    def _refuse_given_up(self) -> None:
        if self._given_up:
            raise ChildDied("the process that ran the notebook was ended, or did not answer, again and again")

    def close(self) -> None:
        """Kill everything in the sandbox and remove its folder; safe to call twice."""
        if not self._loop.is_closed:
            self._stop()
            self._loop.close()

    def _open(self, follow_through: FollowThrough, timeout_s: float) -> RemoteConnection:
        self._refuse_given_up()
        started, limits = time.monotonic(), (timeout_s, self.limits.question_bytes)
        try:
            verdict = partial(getattr, self._watch, "verdict")
            others = self._watch.account.stopwatch(self._forks)
            return open_fork(self.box.socket, follow_through, *limits, others.waited_s, verdict)
        except ChildDied:
            self._lost_s += time.monotonic() - started
            raise

    def _forks(self) -> list[int]:
        return [pid for pid in descendants(self._process) if pid not in self._own]

    def _wait(self, work: Awaitable[Any]) -> Any:
        return self._loop.complete(work)

    def _start(self) -> None:
        self.box = Box(self.files, self.limits, self.confined, self.needs, self._secret)
        specs = KernelSpecManager(kernel_dirs=[str(KERNELS)], ensure_native_kernel=False)
        self.manager = AsyncKernelManager(kernel_name=KERNEL, kernel_spec_manager=specs)
        try:
            self._wait(self.manager.start_kernel(box=self.box))
        except Exception as error:
            if self.manager.provisioner is not None:
                self._wait(self.manager.provisioner.cleanup())
            self.box.remove()
            self.manager.context.destroy(linger=0)
            if isinstance(error, AutograderError):
                raise
            raise KernelFailed(f"the confined kernel could not be started: {error}") from error
        provisioner: Any = self.manager.provisioner
        self._process: subprocess.Popen[bytes] = provisioner.process
        self._core: Core = provisioner.core
        self._group: Group | None = provisioner.group
        self._inside = Inside()
        self._watch = Watch(self._process, self.box.folder, self.limits, self._inside, self._group)
        self._watch.start()
        ports = self.manager.shell_port, self.manager.iopub_port, self.manager.control_port
        self._relay = Relay(self.manager.ip, ports, MESSAGE_BYTES)
        self._wait(self._relay.open())
        self.client: AsyncKernelClient = self.manager.client(ip=self._relay.prefix)
        self.client.context.setsockopt(zmq.MAXMSGSIZE, MESSAGE_BYTES)
        self.client.context.setsockopt(zmq.RCVHWM, WAITING)
        self.client.start_channels(hb=False, stdin=False)

    def _stop(self) -> None:
        self._serving = False
        self._watch.stop()
        end(self._process)
        self._wait(self._relay.close())
        self._wait(self._end_tasks())
        self.client.stop_channels()
        self._process.wait()
        self.manager.context.destroy(linger=0)
        self._inside.close()
        self._core.release()
        if self._group is not None:
            self._group.remove()
        self.box.remove()

    async def _end_tasks(self) -> None:
        """Cancel nbclient's tasks that still wait for a kernel that will not answer."""
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for _ in range(CLOSING_STEPS):
            await asyncio.sleep(0)

    def _restart(self) -> None:
        self._restarts += 1
        why = f"the notebook ended its kernel {self._restarts} times"
        if self._restarts > self.limits.restarts + (self.needed is not None):
            raise ChildDied(why)
        if self._restarts > self.limits.restarts:
            self._budget.give_up_own(why)
        self._stop()
        self._start()

    async def _ready(self) -> None:
        """Wait until the kernel answers and its output arrives here. Raises KernelFailed."""
        deadline = time.monotonic() + START_S
        reached = not self.confined
        while time.monotonic() < deadline:
            if not await self.manager.is_alive():
                raise KernelFailed(f"the confined kernel ended while starting: {self._log()}")
            reached = reached or self._inside.reach(self.box.sockets, descendants(self._process))
            if not reached:
                await asyncio.sleep(REACH_S)
                continue
            self.client.kernel_info()
            with contextlib.suppress(Exception):
                await self.client.get_shell_msg(timeout=1.0)
                await self.client.get_iopub_msg(timeout=0.05)
                self._own = descendants(self._process)
                return
        raise KernelFailed(f"the confined kernel did not answer within {START_S:g} s: {self._log()}")

    def _log(self) -> str:
        with contextlib.suppress(OSError):
            return (self.box.folder / "kernel.log").read_text(errors="replace")[-500:].strip()
        return ""

    def _serve(self) -> None:
        """Have the kernel listen for questions. Raises ChildDied if it does not, since it did before the cells ran."""
        request = self.client.execute(SERVE.format(path=str(self.box.socket)), silent=True, store_history=False)
        deadline = time.monotonic() + SERVE_S
        while not self.box.socket.exists():
            failed = self._wait(self._replied(request)) or not self._wait(self.manager.is_alive())
            if failed or time.monotonic() > deadline:
                raise ChildDied("after its last cell the notebook did not let itself be asked anything")
        self._serving = True

    async def _replied(self, request: str) -> bool:
        """Whether a request has been answered: the one to serve never is, as long as it works."""
        try:
            reply = await self.client.get_shell_msg(timeout=0.005)
        except queue.Empty:
            return False
        except Exception:  # the student's cells have changed how the kernel signs
            return True
        return bool(reply["parent_header"].get("msg_id") == request)
