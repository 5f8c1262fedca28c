"""The accounting objects that rules of `-m nfacct` name (linux/netfilter/nfnetlink_acct.h): whoever writes such rules makes them first, as kube-proxy does,
and a plan has no place for them, so that the lab makes them.
"""
import re, socket, struct

from netlink import NETLINK_NETFILTER
from netns import enter
from trouble import Trouble

NFNL_SUBSYS_ACCT, NFNL_MSG_ACCT_NEW, NFACCT_NAME = 7, 0, 1
NLM_F_REQUEST, NLM_F_ACK, NLM_F_CREATE, NLM_F_REPLACE = 1, 4, 0x400, 0x100
NAMES = re.compile(r'--nfacct-name (?:"([^"]*)"|(\S+))')


def make_accounts(fd, *texts):
    names = {quoted or plain for text in texts for quoted, plain in NAMES.findall(text or "")}
    if not names:
        return
    enter(fd)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER) as asking:
        for name in sorted(names):
            make_account(asking, name)


def make_account(asking, name):
    value = name.encode() + b"\0"
    attribute = struct.pack("=HH", 4 + len(value), NFACCT_NAME) + value + bytes(-len(value) % 4)
    flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE
    kind = NFNL_SUBSYS_ACCT << 8 | NFNL_MSG_ACCT_NEW
    asking.send(struct.pack("=IHHIIBBH", 20 + len(attribute), kind, flags, 1, 0, 0, 0, 0) + attribute)
    (code,) = struct.unpack_from("=i", asking.recv(4096), 16)
    if code != 0:
        raise Trouble("unsupported", "kernel-lacks", f"this kernel makes no accounting object {name} ({code})")
