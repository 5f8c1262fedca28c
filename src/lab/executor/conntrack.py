"""What conntrack reports (linux/netfilter/nfnetlink_conntrack.h): a connection was made, changed, or is gone."""
import socket

from netlink import attributes, number

GROUPS = (1, 2, 3)
DELETE = 2
NLM_F_CREATE = 0x400
STATUS = {1: "seen-reply", 2: "assured", 3: "confirmed", 4: "src-nat", 5: "dst-nat", 9: "dying", 11: "template", 14: "offload"}


def read_event(kind, flags, body):
    found = attributes(body)
    bits = number(found.get(3)) or 0
    event = "DESTROY" if kind == DELETE else "NEW" if flags & NLM_F_CREATE else "UPDATE"
    status = [word for bit, word in STATUS.items() if bits >> bit & 1]
    return {"event": event, "orig": tuple_text(found.get(1)), "reply": tuple_text(found.get(2)), "status": status}


def tuple_text(data):
    """`tcp 10.0.0.1:4711 > 10.0.0.2:80`"""
    if data is None:
        return ""
    parts = attributes(data)
    ip, proto = attributes(parts.get(1, b"")), attributes(parts.get(2, b""))
    family = socket.AF_INET if 1 in ip else socket.AF_INET6
    ends = [socket.inet_ntop(family, ip[key]) for key in ((1, 2) if 1 in ip else (3, 4)) if key in ip]
    ports = [number(proto[key]) for key in (2, 3) if key in proto]
    protocol = number(proto.get(1))
    name = {1: "icmp", 6: "tcp", 17: "udp", 58: "icmpv6", 132: "sctp"}.get(protocol, str(protocol))
    if len(ports) == 2:
        ends = [f"[{end}]:{port}" if ":" in end else f"{end}:{port}" for end, port in zip(ends, ports)]
    return f"{name} {' > '.join(ends)}"
