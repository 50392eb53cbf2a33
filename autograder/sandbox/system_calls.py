"""The system calls that a confined process may make; all others are refused.

The lists are data for `compile_filter`, which makes one filter for each kind of processor; bubblewrap loads the one of
this machine just before the kernel starts. Calls not listed are answered with ENOSYS, as by a kernel that does not
know them, so that libraries fall back to older ones; calls listed as refused are answered with EPERM.
"""

from __future__ import annotations

import platform
from pathlib import Path

FILTERS = Path(__file__).resolve().parent / "filters"

FILES = """
    access chdir chmod chown close close_range copy_file_range creat dup dup2 dup3 faccessat faccessat2 fadvise64
    fchdir fchmod fchmodat fchmodat2 fchown fchownat fcntl fdatasync fgetxattr flistxattr flock fstat fstatfs fsync
    ftruncate futimesat getcwd getdents getdents64 getxattr inotify_add_watch inotify_init inotify_init1
    inotify_rm_watch ioctl lchown lgetxattr link linkat listxattr llistxattr lseek lstat mkdir mkdirat mknod mknodat
    newfstatat open openat openat2 pipe pipe2 pread64 preadv preadv2 pwrite64 pwritev pwritev2 read readahead readlink
    readlinkat readv rename renameat renameat2 rmdir sendfile splice stat statfs statx symlink symlinkat
    sync_file_range tee truncate umask unlink unlinkat utime utimensat utimes write writev
""".split()
MEMORY = """
    brk get_mempolicy madvise membarrier mincore mlock mlock2 mmap mprotect mremap msync munlock munmap
""".split()
PROCESSES = """
    arch_prctl capget execve execveat exit exit_group fork futex futex_wait futex_wake futex_waitv get_robust_list
    getcpu getegid geteuid getgid getgroups getpgid getpgrp getpid getppid getpriority getresgid getresuid getrlimit
    getrusage getsid gettid getuid kill pidfd_open pidfd_send_signal prctl prlimit64 restart_syscall rseq
    rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait
    rt_tgsigqueueinfo sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr sched_getparam
    sched_getscheduler sched_rr_get_interval sched_setparam sched_setscheduler sched_yield set_robust_list
    set_tid_address setgid setgroups setpgid setpriority setregid setresgid setresuid setreuid setrlimit setsid setuid
    sigaltstack tgkill tkill uname vfork wait4 waitid
""".split()
TIME = """
    alarm clock_getres clock_gettime clock_nanosleep getitimer gettimeofday nanosleep setitimer sysinfo time
    timer_create timer_delete timer_getoverrun timer_gettime timer_settime timerfd_create timerfd_gettime
    timerfd_settime times
""".split()
WAITING = """
    epoll_create epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 epoll_wait eventfd eventfd2 poll ppoll pselect6 select
    signalfd signalfd4
""".split()
SOCKETS = """
    accept accept4 bind connect getpeername getsockname getsockopt listen recvfrom recvmmsg recvmsg sendmmsg sendmsg
    sendto setsockopt shutdown socketpair
""".split()
RANDOM = ["getrandom"]
ALLOWED = [*FILES, *MEMORY, *PROCESSES, *TIME, *WAITING, *SOCKETS, *RANDOM]

# Namespaces, other processes, keys, kernel modules, clocks, priorities and cores; memory that no limit counts
# (System V, memfd); and the large doors of the kernel: bpf, io_uring, perf, userfaultfd.
REFUSED = """
    acct add_key adjtimex bpf chroot clock_adjtime clock_settime create_module delete_module fanotify_init fanotify_mark
    finit_module fsconfig fsmount fsopen fspick init_module io_cancel io_destroy io_getevents io_setup io_submit
    io_uring_enter io_uring_register io_uring_setup ioperm iopl ioprio_set kcmp kexec_file_load kexec_load keyctl
    landlock_create_ruleset lookup_dcookie mbind memfd_create memfd_secret migrate_pages modify_ldt mount mount_setattr
    move_mount move_pages mq_open msgget msgsnd name_to_handle_at open_by_handle_at open_tree perf_event_open
    personality pidfd_getfd pivot_root process_madvise process_vm_readv process_vm_writev ptrace quotactl reboot
    remap_file_pages request_key sched_setaffinity sched_setattr seccomp semget semop
    set_mempolicy setdomainname setfsgid setfsuid sethostname setns settimeofday shmat shmctl shmdt shmget swapoff
    swapon syslog umount umount2 unshare userfaultfd vhangup vmsplice
""".split()

UNSUPPORTED = ["fallocate"]  # EOPNOTSUPP: libraries then write the bytes, which limits count as they come
NEW_NAMESPACES = 0x7E020000  # the CLONE_NEW... flags of clone
FAMILIES = (1, 2, 10, 16)  # sockets of AF_UNIX, AF_INET, AF_INET6, AF_NETLINK; a namespace confines these
PROCESSORS = ("x86_64", "aarch64")


def filter_file() -> Path | None:
    """The compiled filter for this machine's processor; None if there is none."""
    path = FILTERS / f"{platform.machine()}.bpf"
    return path if path.is_file() else None
