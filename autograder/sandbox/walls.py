"""The walls between a student's process and this machine, in one line for reports."""

from __future__ import annotations

from autograder.sandbox import cgroup
from autograder.sandbox.bubblewrap import can_disable_namespaces
from autograder.sandbox.system_calls import filter_file


def walls(confined: bool) -> str:
    """The walls of a sandbox on this machine, outermost first."""
    if not confined:
        return "resource limits alone"
    standing = ["namespaces"]
    if can_disable_namespaces():
        standing.append("none made inside")
    if filter_file() is not None:
        standing.append("filter of system calls")
    parent = cgroup.parent_group()
    limited = cgroup.controllers(parent) if parent is not None else []
    standing.append(f"cgroup ({', '.join(limited)})" if limited else "no cgroup: watched from outside")
    return ", ".join([*standing, "one core", "resource limits"])
