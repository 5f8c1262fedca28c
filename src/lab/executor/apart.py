"""Flows that leave nothing under way, as those of the simulated kernel: once a flow is over, packets that wait for a neighbour go, and the question
with them; connections end without a word. Otherwise they would come upon a later flow's way.
"""
import socket, struct

from load import run
from sysctls import write_sysctls
from netlink import attributes
from netns import enter

TCP_REPAIR = 19
RTM_NEWNEIGH, RTM_DELNEIGH, RTM_GETNEIGH = 28, 29, 30
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP, NLM_F_REPLACE = 1, 4, 0x300, 0x100
NUD_INCOMPLETE, NUD_REACHABLE = 1, 2
NDA_DST, NDA_LLADDR = 1, 2
# What is sent there is dropped before any tap sees it.
NOWHERE = bytes.fromhex("02dead000000")
# A call that was not answered is not answered again.
QUIET = {"net.ipv4.tcp_synack_retries": 0}
TURNS_MAX = 1000


def part_flows(plan, spaces, loop, servers):
    """A call for the end of a flow, with its client's socket."""
    for name, fd in spaces.items():
        own = plan["netns"][name].get("sysctl", {})
        write_sysctls(fd, name, {key: value for key, value in QUIET.items() if key not in own})
    askers = [make_asker(name, fd) for name, fd in spaces.items()]

    def part(client):
        for _ in range(TURNS_MAX):
            if not loop.turn(0):
                break
        for sockets in servers.values():
            for connection in sockets[1:]:
                if connection.fileno() >= 0 and connection in loop.selector.get_map():
                    loop.off(connection)
                hang_up(connection)
            del sockets[1:]
        if client is not None:
            hang_up(client)
        for asking in askers:
            forget_unanswered(asking)

    return part


def make_asker(name, fd):
    enter(fd)
    devices = ", ".join(f'"{device}"' for _, device in socket.if_nameindex() if device != "lo")
    mac = ":".join(f"{byte:02x}" for byte in NOWHERE)
    if devices:
        chain = f"chain nowhere {{\ntype filter hook egress devices = {{ {devices} }} priority 0; policy accept;\nether daddr {mac} drop\n}}"
        run(fd, ["nft", "-f", "-"], f"table netdev hopspec_lab_apart {{\n{chain}\n}}\n", ["netns", name])
    return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)


def hang_up(one):
    """Of a TCP connection under repair nobody is told (tcp_disconnect)."""
    if one.fileno() < 0:
        return
    try:
        if one.type == socket.SOCK_STREAM and one.proto == socket.IPPROTO_TCP:
            one.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
    except OSError:
        pass  # It is closed already.
    one.close()


def forget_unanswered(asking):
    """Deleting a neighbour that is being asked for would tell the senders; so it gets an address first."""
    for entry, address in unanswered(asking):
        ask(asking, RTM_NEWNEIGH, NLM_F_REPLACE, entry, attribute(NDA_DST, address) + attribute(NDA_LLADDR, NOWHERE))
        ask(asking, RTM_DELNEIGH, 0, entry, attribute(NDA_DST, address))


def unanswered(asking):
    asking.send(struct.pack("=IHHII", 28, RTM_GETNEIGH, NLM_F_REQUEST | NLM_F_DUMP, 1, 0) + bytes(12))
    found = []
    while True:
        data = asking.recv(1 << 17)
        at = 0
        while at + 16 <= len(data):
            length, kind = struct.unpack_from("=IH", data, at)
            if kind in (NLMSG_DONE, NLMSG_ERROR):
                return found
            family, index, state, flags, type_ = struct.unpack_from("=BxxxiHBB", data, at + 16)
            if state & NUD_INCOMPLETE:
                entry = struct.pack("=BxxxiHBB", family, index, NUD_REACHABLE, 0, 0)
                found.append((entry, attributes(data[at + 28 : at + length])[NDA_DST]))
            at += (length + 3) & ~3


def ask(asking, kind, flags, entry, rest):
    body = entry + rest
    asking.send(struct.pack("=IHHII", 16 + len(body), kind, NLM_F_REQUEST | NLM_F_ACK | flags, 1, 0) + body)
    asking.recv(1 << 16)


def attribute(kind, data):
    return struct.pack("=HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)
