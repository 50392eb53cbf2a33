"""The first program in the sandbox: set the limits, then become an IPython kernel.

    python launch.py LIMITS.json CONNECTION.json

It needs only the standard library, ipykernel and this room: the rest of the package is not visible there.
"""

from __future__ import annotations

import base64
import json
import os
import resource
import sys
import warnings
from typing import Any

NICENESS = 5  # the grader's own processes go first
KINDS = {
    "memory_bytes": resource.RLIMIT_AS, "processes": resource.RLIMIT_NPROC, "file_bytes": resource.RLIMIT_FSIZE,
}  # fmt: skip


def set_limits(limits: dict[str, Any]) -> None:
    """Lower the limits of this process and its children; limits that are not named stay as they are."""
    wanted = {kind: limits[name] for name, kind in KINDS.items() if name in limits}
    for kind, value in (wanted | {resource.RLIMIT_CORE: 0, resource.RLIMIT_NOFILE: 1024}).items():
        _, hard = resource.getrlimit(kind)
        bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (bound, bound))


def place_own_files(path: str) -> None:
    """Write the files that the student handed in beside the notebook into the working folder."""
    with open(path) as file:
        own = json.load(file)
    for name, data in own.items():
        os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
        with open(name, "wb") as file:
            file.write(base64.b64decode(data))


def bounded_stream(limit: int) -> type:
    """An ipykernel output stream that passes on at most `limit` characters of each cell."""
    from ipykernel.iostream import OutStream

    class BoundedStream(OutStream):
        _cell: Any = None
        _left = limit

        def write(self, text: str) -> int:
            cell = (self.parent_header or {}).get("msg_id")
            if cell != self._cell:
                self._cell, self._left = cell, limit
            if self._left <= 0:
                return len(text)
            kept, self._left = text[: self._left], self._left - len(text)
            if self._left <= 0:
                kept += f"\n[output cut here: a cell may print {limit:,} characters]\n"
            return int(super().write(kept) or len(text))

    return BoundedStream


def lasting_kernel() -> type:
    """An IPython kernel that outlives `exit()`; the reply still reports that a cell asked it to end."""
    from ipykernel.ipkernel import IPythonKernel
    from ipykernel.zmqshell import ZMQInteractiveShell
    from traitlets import Type

    class LastingShell(ZMQInteractiveShell):
        def ask_exit(self) -> None:
            self.keepkernel_on_exit = True  # type: ignore[assignment,unused-ignore]
            super().ask_exit()  # type: ignore[no-untyped-call,unused-ignore]

    class LastingKernel(IPythonKernel):
        shell_class = Type(LastingShell)

        def do_shutdown(self, restart: bool) -> dict[str, Any]:  # type: ignore[override,unused-ignore]
            self.shell.ask_exit()  # type: ignore[union-attr,unused-ignore]
            return {"status": "ok", "restart": restart}

    return LastingKernel


def main(limits_file: str, connection_file: str) -> None:
    """Run the kernel until it is killed."""
    with open(limits_file) as file:
        limits = json.load(file)
    set_limits(limits)
    place_own_files(os.path.join(os.path.dirname(limits_file), "own_files.json"))
    os.nice(NICENESS)
    warnings.filterwarnings("ignore", module="ipykernel")
    from ipykernel.kernelapp import IPKernelApp
    from traitlets.config import Config

    import autograder.agent.server  # noqa: F401  # loaded before any of the student's code runs

    sys.modules["autograder_output"] = stream_module = type(sys)("autograder_output")
    stream_module.BoundedStream = bounded_stream(limits["output_chars"])  # type: ignore[attr-defined,unused-ignore]
    config = Config()
    config.IPKernelApp.outstream_class = "autograder_output.BoundedStream"
    config.IPKernelApp.kernel_class = lasting_kernel()
    config.HistoryManager.enabled = False
    sys.argv = sys.argv[:1]
    IPKernelApp.launch_instance(argv=["-f", connection_file], config=config)


if __name__ == "__main__":
    main(*sys.argv[1:3])
