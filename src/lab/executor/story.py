"""What happens between the probes of one story: time passes, rules are replaced, connections deleted, listeners end; and the list of a
namespace's connections as conntrack(8) prints it, without counters, IPv4 first, sorted.
"""
import re, socket, struct, time

from load import missing_tools, refusal, run, start
from sysctls import no_sysctl, write_sysctls
from netlink import NETLINK_NETFILTER, NFNL_SUBSYS_CTNETLINK, NLM_F_DUMP, NLM_F_REQUEST, NLMSG_DONE, NLMSG_ERROR, attributes, messages, number
from netns import enter

RESTORE = {"iptables": ["iptables-restore"], "ip6tables": ["ip6tables-restore"], "nft": ["nft", "-f", "-"], "ipvs": ["ipvsadm", "-R"]}
TCP = "NONE SYN_SENT SYN_RECV ESTABLISHED FIN_WAIT CLOSE_WAIT LAST_ACK TIME_WAIT CLOSE SYN_SENT2".split()
SCTP = "NONE CLOSED COOKIE_WAIT COOKIE_ECHOED ESTABLISHED SHUTDOWN_SENT SHUTDOWN_RECD SHUTDOWN_ACK_SENT HEARTBEAT_SENT".split()
NAMES = {1: "icmp", 6: "tcp", 17: "udp", 47: "gre", 58: "icmpv6", 132: "sctp"}


def tools_of(probes):
    changes = [change for probe in probes for change in probe.get("change", {}).values()]
    missing_tools({RESTORE[field][0] for change in changes for field in RESTORE if field in change} | {"conntrack" for change in changes if "conntrack" in change})


class Clock:
    """The time that a story would have if changing rules, listing connections and gathering evidence took none: what they take is made up
    for by waiting less, if not so little that TCP would take what comes next for an answer to what came last (TCP_ATO_MIN, 40 ms)."""

    PAUSE = 0.045

    def __init__(self):
        self.now = time.monotonic()

    def wait(self, loop, seconds):
        self.now += seconds
        until = max(self.now, time.monotonic() + min(seconds, self.PAUSE))
        while (left := until - time.monotonic()) > 0:
            loop.turn(left)

    def flowed(self, flows):
        self.now += sum(flow["ms"] for flow in flows) / 1000


def go_on(loop, spaces, servers, probe, where, clock):
    """Up to where the probe begins."""
    clock.wait(loop, probe.get("after_ms", 0) / 1000)
    for name, change in probe.get("change", {}).items():
        replace(spaces[name], name, change, [*where, "change", name])
    for name in probe.get("stop", []):
        for one in servers[name]:
            if one.fileno() >= 0:
                if one in loop.selector.get_map():
                    loop.off(one)
                one.close()


def replace(fd, name, change, where):
    missing = write_sysctls(fd, name, change.get("sysctl", {}))
    if missing:
        raise no_sysctl(name, next(iter(missing)))
    for field, command in RESTORE.items():
        if change.get(field):
            run(fd, command, replacing(change[field], change.get("in_place", False)) if field == "nft" else change[field], [*where, field])
    for i, text in enumerate(change.get("conntrack", [])):
        done = start(fd, ["conntrack", *text.split()], "")
        if done.returncode != 0 and "0 flow entries have been deleted" not in done.stderr:
            raise refusal(f"conntrack {text}", done.stderr.strip().replace("\n", "; "), [*where, "conntrack", i], None)


def replacing(text, in_place):
    """Whole tables are replaced, in one step; in place their rules alone."""
    tables = re.findall(r"^\s*table\s+(\w+)\s+([\w-]+)\s*\{", text, re.MULTILINE)
    how = "flush" if in_place else "delete"
    return "".join(f"table {family} {name}\n{how} table {family} {name}\n" for family, name in tables) + text


def connections(fd):
    enter(fd)
    found = []
    for family in (socket.AF_INET, socket.AF_INET6):
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER) as asking:
            ask = struct.pack("=IHHIIBBH", 20, NFNL_SUBSYS_CTNETLINK << 8 | 1, NLM_F_REQUEST | NLM_F_DUMP, 1, 0, family, 0, 0)
            asking.send(ask)
            found += sorted(lines_of(asking))
    return found


def lines_of(asking):
    lines = []
    while True:
        for kind, _, _, body in messages(asking.recv(1 << 17)):
            if kind in (NLMSG_DONE, NLMSG_ERROR):
                return lines
            lines.append(line_of(attributes(body)))


def line_of(entry):
    proto, original = tuple_text(entry[1])
    status, info = number(entry.get(3)) or 0, attributes(entry.get(4, b""))
    parts = [f"{NAMES.get(proto, 'unknown')} {proto} {number(entry.get(7)) or 0}"]
    for at, states in ((1, TCP), (3, SCTP)):
        if at in info:
            parts.append(states[attributes(info[at])[1][0]])
    parts.append(original)
    if not status & 2:
        parts.append("[UNREPLIED]")
    parts.append(tuple_text(entry[2])[1])
    if status & 4:
        parts.append("[ASSURED]")
    parts.append(f"mark={number(entry.get(8)) or 0}")
    if 18 in entry:
        parts.append(f"zone={number(entry[18])}")
    return " ".join(parts)


def tuple_text(data):
    parts = attributes(data)
    ip, proto = attributes(parts[1]), attributes(parts[2])
    family, keys = (socket.AF_INET, (1, 2)) if 1 in ip else (socket.AF_INET6, (3, 4))
    text = "src={} dst={}".format(*(socket.inet_ntop(family, ip[key]) for key in keys))
    at = next((key for key in (4, 7) if key in proto), None)
    if at is not None:
        text += f" type={number(proto[at + 1])} code={number(proto[at + 2])} id={number(proto[at])}"
    elif 2 in proto:
        text += f" sport={number(proto[2])} dport={number(proto[3])}"
    return number(proto[1]), text
