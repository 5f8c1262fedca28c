"""Puts single packets through a router of real namespaces, and tells what its connection tracking made of each: the state of the packet, and
the entry afterwards. Standard input: {"sysctl": {…}, "scripts": [[{"from": ">", "family": 4, "proto": 6, "bytes": HEX after the IP header,
"wait": ms, "key": {the tuple asked for}}]]}; standard output: for each packet [state or null, entry or null]. Both ends are bare wires: no host
answers. Checksums are left to `nf_conntrack_checksum=0`.
"""
import json, os, socket, struct, sys, time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), *[os.pardir] * 4, "lab", "executor"))

from load import load
from netlink import NETLINK_NETFILTER, NFNL_SUBSYS_CTNETLINK, NLM_F_REQUEST, attributes, messages, number
from netns import enter, leave_host, lock_file

STATES = ["NEW", "ESTABLISHED", "RELATED", "INVALID", "UNTRACKED"]
RULES = "*mangle\n" + "".join(f"-A FORWARD -m conntrack --ctstate {state} -j DSCP --set-dscp {i + 1}\n" for i, state in enumerate(STATES)) + "COMMIT\n"
MACS = {"c": "0a:00:00:00:01:01", "rc": "0a:00:00:00:01:02", "s": "0a:00:00:00:02:01", "rs": "0a:00:00:00:02:02"}
ENDS = {4: ("10.0.1.2", "10.0.2.2"), 6: ("fd00:1::2", "fd00:2::2")}
TCP_STATES = "NONE SYN_SENT SYN_RECV ESTABLISHED FIN_WAIT CLOSE_WAIT LAST_ACK TIME_WAIT CLOSE SYN_SENT2".split()
SCTP_STATES = "NONE CLOSED COOKIE_WAIT COOKIE_ECHOED ESTABLISHED SHUTDOWN_SENT SHUTDOWN_RECD SHUTDOWN_ACK_SENT HEARTBEAT_SENT".split()


def router(sysctl):
    def wire(name, near, far, four, six):
        return {"name": name, "kind": "veth", "mac": MACS[near], "peer": {"netns": far, "name": "w", "mac": MACS[far]}, "addr": [four, six]}

    plain = {"net.ipv6.conf.all.disable_ipv6": "1", "net.ipv6.conf.default.disable_ipv6": "1"}
    forwarding = {
        **{"net.ipv4.ip_forward": "1", "net.ipv6.conf.all.forwarding": "1", "net.ipv4.conf.all.rp_filter": "0"},
        **{"net.ipv4.conf.default.rp_filter": "0", "net.netfilter.nf_conntrack_checksum": "0", "net.ipv4.conf.all.send_redirects": "0"},
    }
    links = [wire("rc", "rc", "c", "10.0.1.1/24", "fd00:1::1/64"), wire("rs", "rs", "s", "10.0.2.1/24", "fd00:2::1/64")]
    neigh = [f"{ENDS[family][i]} lladdr {MACS[end]} dev r{end} nud permanent" for family in (4, 6) for i, end in enumerate("cs")]
    r = {"sysctl": {**forwarding, **sysctl}, "links": links, "neigh": neigh, "iptables": RULES, "ip6tables": RULES}
    return {"netns": {"c": {"sysctl": plain}, "s": {"sysctl": plain}, "r": r}}


def open_wire(fd):
    enter(fd)
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    wire.bind(("w", 0))
    wire.settimeout(0.03)
    return wire


def frame(packet):
    forth, family = packet["from"] == ">", packet["family"]
    here, there = ENDS[family] if forth else reversed(ENDS[family])
    body = bytes.fromhex(packet["bytes"])
    ethernet = mac(MACS["rc" if forth else "rs"]) + mac(MACS["c" if forth else "s"]) + (b"\x08\0" if family == 4 else b"\x86\xdd")
    if family == 6:
        ends = socket.inet_pton(socket.AF_INET6, here) + socket.inet_pton(socket.AF_INET6, there)
        return ethernet + struct.pack("!IHBB", 0x60000000, len(body), packet["proto"], 64) + ends + body
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), 1, 0x4000, 64, packet["proto"], 0) + socket.inet_aton(here) + socket.inet_aton(there)
    total = sum(struct.unpack("!10H", header))
    total = (total & 0xFFFF) + (total >> 16)
    return ethernet + header[:10] + struct.pack("!H", ~(total + (total >> 16)) & 0xFFFF) + header[12:] + body


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def state_of(wire, sent):
    """The router marks what it forwards with the state."""
    while True:
        try:
            data, address = wire.recvfrom(2048)
        except TimeoutError:
            return None
        if address[2] == 4 or data[12:14] != sent[12:14]:
            continue
        dscp = data[15] >> 2 if data[12:14] == b"\x08\0" else (data[14] & 15) << 2 | data[15] >> 6
        if dscp:  # Else the router's own.
            return STATES[dscp - 1]


def attribute(kind, data):
    return struct.pack("=HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


def entry_of(asking, packet):
    """The entry of the tuple as it runs from client to server, or the other way round: ctnetlink finds either."""
    family, key = packet["family"], packet["key"]
    here, there = ENDS[family]
    if family == 4:
        ips = attribute(1, socket.inet_aton(here)) + attribute(2, socket.inet_aton(there))
    else:
        ips = attribute(3, socket.inet_pton(socket.AF_INET6, here)) + attribute(4, socket.inet_pton(socket.AF_INET6, there))
    base = 4 if family == 4 else 7
    parts = attribute(1, bytes([packet["proto"]]))
    if "sport" in key:
        parts += attribute(2, struct.pack("!H", key["sport"])) + attribute(3, struct.pack("!H", key["dport"]))
    if "id" in key:
        parts += attribute(base, struct.pack("!H", key["id"])) + attribute(base + 1, bytes([key["type"]])) + attribute(base + 2, b"\0")
    body = bytes([2 if family == 4 else 10, 0, 0, 0]) + attribute(1 | 0x8000, attribute(1 | 0x8000, ips) + attribute(2 | 0x8000, parts))
    asking.send(struct.pack("=IHHII", 16 + len(body), NFNL_SUBSYS_CTNETLINK << 8 | 1, NLM_F_REQUEST, 1, 0) + body)
    for kind, _, _, data in messages(asking.recv(1 << 16)):
        if kind >> 8 != NFNL_SUBSYS_CTNETLINK:
            return None
        found = attributes(data)
        source = attributes(attributes(found[1])[1])
        status, info = number(found[3]), attributes(found.get(4, b""))
        names, at = (TCP_STATES, 1) if 1 in info else (SCTP_STATES, 3)
        state = attributes(info[at]).get(1) if at in info else None
        return {
            "by": ">" if (source.get(1) or source.get(3)) == (socket.inet_aton(here) if family == 4 else socket.inet_pton(socket.AF_INET6, here)) else "<",
            "state": names[state[0]] if state else "",
            "seconds": number(found.get(7)),
            "replied": bool(status & 2),
            "assured": bool(status & 4),
        }
    return None


def main():
    asked = json.load(sys.stdin)
    leave_host()
    with lock_file():
        spaces, *_ = load(router(asked["sysctl"]))
    wires = {">": open_wire(spaces["c"]), "<": open_wire(spaces["s"])}
    enter(spaces["r"])
    asking = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
    told = []
    for script in asked["scripts"]:
        answers = []
        for packet in script:
            time.sleep(packet.get("wait", 0) / 1000)
            data = frame(packet)
            wires[packet["from"]].send(data)
            state = state_of(wires["<" if packet["from"] == ">" else ">"], data)
            answers.append([state, entry_of(asking, packet)])
        told.append(answers)
    json.dump(told, sys.stdout)


main()
