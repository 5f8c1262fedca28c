"""Network namespaces without names: made by unshare(2), held by a descriptor, entered by setns(2). A socket stays where it was made, so
one process owns the sockets of all of them, and everything is gone with it, however it ends. Without root they are made inside a
user namespace (user_namespaces(7)), in which we are root.
"""
import contextlib, ctypes, os, signal

from trouble import Trouble

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(parent):
    """SIGKILL when the process that started us is gone. It may be gone already."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if parent is not None and os.getppid() != parent:
        os._exit(1)


def leave_host():
    """From here on nothing can reach the machine's own namespace."""
    if libc.unshare(CLONE_NEWNET) == 0:
        return
    uid, gid = os.geteuid(), os.getegid()
    refused = os.strerror(ctypes.get_errno())
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
        refused = f"{refused}; in a user namespace: {os.strerror(ctypes.get_errno())}"
        raise no_namespaces(refused)
    try:
        for file, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1")):
            with open(f"/proc/self/{file}", "w") as map_file:
                map_file.write(text)
    except OSError as error:
        raise no_namespaces(f"{refused}; in a user namespace: {error.strerror}") from None


def no_namespaces(reason):
    fix = "run as root, or allow user namespaces (sysctl kernel.apparmor_restrict_unprivileged_userns=0, user.max_user_namespaces>0)"
    return Trouble("unsupported", "no-namespaces", f"network namespaces cannot be made here ({reason})", fix=fix)


def new_netns():
    """Leaves this thread in a new namespace, and returns its descriptor."""
    if libc.unshare(CLONE_NEWNET) != 0:
        raise no_namespaces(os.strerror(ctypes.get_errno()))
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


def enter(fd):
    if libc.setns(fd, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


@contextlib.contextmanager
def lock_file():
    """iptables-legacy wants a lock file: the machine's own is held by others, and an ordinary user cannot write it. Nothing on disk."""
    lock = os.memfd_create("xtables.lock")
    os.environ["XTABLES_LOCKFILE"] = f"/proc/{os.getpid()}/fd/{lock}"
    try:
        yield
    finally:
        os.close(lock)
