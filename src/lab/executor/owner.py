"""Sockets of processes that are not root's: what makes and accepts them does so with the ids of the plan for the file system (setfsuid(2)), which a
socket's file remembers and no capability hangs on.
"""
import contextlib, ctypes, os

from trouble import Trouble

LIBC = ctypes.CDLL(None)
NOBODY = ctypes.c_uint32(0xFFFFFFFF)


@contextlib.contextmanager
def owned(holder):
    uid, gid = holder.get("uid", 0), holder.get("gid", 0)
    if uid == 0 and gid == 0:
        yield
        return
    become(uid, gid)
    try:
        yield
    finally:
        become(0, 0)


def become(uid, gid):
    LIBC.setfsgid(ctypes.c_uint32(gid))
    LIBC.setfsuid(ctypes.c_uint32(uid))
    # Only a second call tells whether the first was heeded.
    if LIBC.setfsuid(NOBODY) & 0xFFFFFFFF != uid or LIBC.setfsgid(NOBODY) & 0xFFFFFFFF != gid:
        raise Trouble("unsupported", "no-ids", f"no socket can be made here for the uid {uid} and gid {gid}", fix="run the lab as root")


def leave_groups():
    """A process of the plan is in its own group alone."""
    with contextlib.suppress(OSError):
        os.setgroups([])
