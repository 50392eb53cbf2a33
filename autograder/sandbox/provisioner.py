"""A jupyter_client kernel provisioner that starts the kernel inside bubblewrap.

Registered under the entry point `autograder-bubblewrap`. Pass `box=Box(...)` to `start_kernel`; without one
a default box is made.
"""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from autograder.sandbox import bubblewrap, font_cache
from autograder.sandbox.box import Box
from autograder.sandbox.cgroup import Group, new_group
from autograder.sandbox.cores import Core
from autograder.sandbox.system_calls import filter_file

PASSED_ON = ("OPENBLAS_CORETYPE", "TZ", "LANG", "LC_ALL")


class BubblewrapProvisioner(LocalProvisioner):
    """Starts, watches and kills one confined kernel."""

    box: Box
    core: Core | None = None
    group: Group | None = None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Point the kernel's sockets into the private folder and wrap its command."""
        self.box = kwargs.pop("box", None) or Box()
        manager: Any = self.parent
        manager.transport = "ipc"
        manager.connection_file = str(self.box.folder / "kernel.json")
        manager.ip = str(self.box.sockets / "k")
        manager.transport_encryption = "disabled"  # the sockets lie in a private folder
        kwargs = await super().pre_launch(**kwargs)
        inner = self.box.kernel_command(manager.connection_file)
        environment = student_environment(self.box)
        confined = self.box.confined
        kwargs["cmd"] = bubblewrap.command(self.box, inner, environment) if confined else inner
        kwargs["env"] = {"PATH": os.environ.get("PATH", os.defpath)} if confined else environment
        kwargs["cwd"] = str(self.box.folder if confined else self.box.work)
        return kwargs

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the kernel, with its own output in a file of the private folder."""
        self.core, self.group = Core(), new_group(self.box.limits)
        path = filter_file() if self.box.confined else None
        with (
            open(self.box.folder / "kernel.log", "wb") as log,
            path.open("rb") if path is not None else nullcontext() as calls,
            self.core.starting(),
        ):
            if calls is not None:
                cmd, kwargs["pass_fds"] = bubblewrap.with_filter(cmd, calls.fileno()), (calls.fileno(),)
            if self.group is not None:
                cmd = self.group.entering(cmd)
            return await super().launch_kernel(cmd, stdout=log, stderr=log, **kwargs)

    async def wait(self) -> int | None:
        """Wait for the end of a killed kernel (no polling)."""
        if self.process is None:
            return 0
        status: int = self.process.wait()
        self.process = None
        return status

    async def cleanup(self, restart: bool = False) -> None:
        """Remove the private folder."""
        await super().cleanup(restart=restart)
        if self.core is not None:
            self.core.release()
        if self.group is not None:
            self.group.remove()
        if not restart:
            self.box.remove()


def student_environment(box: Box) -> dict[str, str]:
    """The environment variables of the student's process: one thread, a home of its own, none of the grader's.

    Figures are not shown (Agg): rendering a notebook's plots takes longer than all the rest, and no mark
    depends on them.
    """
    home = bubblewrap.WORK if box.confined else str(box.work)
    scratch = "/tmp" if box.confined else str(box.folder)
    agent = "/opt/agent" if box.confined else str(box.agent)
    environment = {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "HOME": home, "PYTHONPATH": f"{agent}:{home}",
        "PYTHONSAFEPATH": "1", "IPYTHONDIR": f"{scratch}/ipython", "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": font_cache.place_cache(box.folder),
        "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }  # fmt: skip
    return environment | {name: os.environ[name] for name in PASSED_ON if name in os.environ}
