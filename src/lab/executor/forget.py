"""Makes namespaces forget what flows left behind: conntrack's entries, and the lists of iptables' `recent`."""
import glob, socket, struct

from netlink import NETLINK_NETFILTER, NFNL_SUBSYS_CTNETLINK, NLM_F_REQUEST
from netns import enter

IPCTNL_MSG_CT_DELETE = 2


def forgetter(spaces):
    """A call that does it in all of them. A delete without a tuple deletes all."""
    flush = struct.pack("=IHHIIBBH", 20, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE, NLM_F_REQUEST, 1, 0, 0, 0, 0)
    sockets, lists = [], []
    for fd in spaces.values():
        enter(fd)
        sockets.append(socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER))
        lists += [open_list(path) for path in glob.glob("/proc/thread-self/net/xt_recent/*")]

    def forget():
        for asking in sockets:
            asking.send(flush)
        for file in lists:
            if file is not None:
                file.write("/\n")
                file.flush()

    return forget


def open_list(path):
    try:
        return open(path, "w")
    except OSError:
        return None  # Its owner is the machine's root, even where the namespace is ours.
