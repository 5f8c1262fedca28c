"""Netfilter's netlink messages, as far as the lab reads them: linux/netlink.h, linux/netfilter/nfnetlink.h."""
import socket, struct

NETLINK_NETFILTER = 12
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLM_F_REQUEST, NLM_F_DUMP = 1, 0x300
NFNL_SUBSYS_CTNETLINK, NFNL_SUBSYS_NFTABLES = 1, 10
NFT_MSG_GETRULE = 7
NFTA_RULE_TABLE, NFTA_RULE_CHAIN, NFTA_RULE_HANDLE = 1, 2, 3
FAMILY = {1: "inet", 2: "ip", 10: "ip6"}
BUFFER = 1 << 23


def open_netlink(groups):
    listening = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
    widen(listening)
    listening.bind((0, 0))
    for group in groups:
        listening.setsockopt(270, 1, group)  # SOL_NETLINK, NETLINK_ADD_MEMBERSHIP
    return listening


def widen(listening):
    """Events come in bursts; what does not fit is lost. Forcing is for root."""
    for option in (socket.SO_RCVBUF, 33):  # SO_RCVBUFFORCE
        try:
            listening.setsockopt(socket.SOL_SOCKET, option, BUFFER)
        except OSError:
            pass


def messages(data):
    """Type, flags, family and attributes of each message in a datagram."""
    at = 0
    while at + 16 <= len(data):
        length, kind, flags = struct.unpack_from("=IHH", data, at)
        if length < 16:
            return
        body = data[at + 16 : at + length]
        yield kind, flags, body[0] if body else 0, body[4:]
        at += (length + 3) & ~3


def attributes(data):
    """Bytes by number; nested ones are read again."""
    found, at = {}, 0
    while at + 4 <= len(data):
        length, kind = struct.unpack_from("=HH", data, at)
        if length < 4:
            break
        found[kind & 0x3FFF] = data[at + 4 : at + length]
        at += (length + 3) & ~3
    return found


def number(data):
    return None if data is None else int.from_bytes(data, "big")


def text(data):
    return None if data is None else data.rstrip(b"\0").decode()


def rule_handles():
    """Of the namespace that this thread is in: family → table → chain → handles in the order of the rules."""
    found = {}
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER) as asking:
        kind = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETRULE
        asking.send(struct.pack("=IHHIIBBH", 20, kind, NLM_F_REQUEST | NLM_F_DUMP, 1, 0, 0, 0, 0))
        while True:
            for answer, _, family, body in messages(asking.recv(1 << 17)):
                if answer in (NLMSG_DONE, NLMSG_ERROR):
                    return found
                rule = attributes(body)
                chains = found.setdefault(FAMILY.get(family, "other"), {}).setdefault(text(rule[NFTA_RULE_TABLE]), {})
                chains.setdefault(text(rule[NFTA_RULE_CHAIN]), []).append(number(rule[NFTA_RULE_HANDLE]))
