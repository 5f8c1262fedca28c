"""The kernel's evidence of each flow: in every namespace a tap on all devices, and one netlink socket for nftables' traces and conntrack's
events, so that these two are in their order. Told as it came; who makes a path of it is the caller.
"""
import errno, shutil, socket, subprocess, time

import conntrack, nftrace
from load import missing_tools, run
from netlink import FAMILY, NFNL_SUBSYS_CTNETLINK, NFNL_SUBSYS_NFTABLES, messages, open_netlink, rule_handles
from netns import enter
from taps import open_tap, read_tap

# A flow is over when nothing has been seen for this long.
QUIET_SECONDS = 0.005
QUIET_SECONDS_MAX = 0.5


class Evidence:
    def __init__(self, plan, spaces, loop):
        self.loop, self.began = loop, 0
        self.rules, self.iptables = {}, None
        self.clear()
        missing_tools({"nft"})
        changes = [change for probe in plan.get("probes", []) for change in probe.get("change", {}).values()]
        if any(part.get("iptables") or part.get("ip6tables") for part in (*plan["netns"].values(), *changes)):
            self.iptables = iptables_variant()
        for name, fd in spaces.items():
            self.watch(name, fd)

    def renew(self, changed, spaces):
        """The rules of namespaces where a story has replaced some, by their new handles."""
        renewed = {}
        for name, change in changed.items():
            if any(field in change for field in ("iptables", "ip6tables", "nft")):
                enter(spaces[name])
                renewed[name] = rule_handles()
        return renewed

    def watch(self, name, fd):
        run(fd, ["nft", "-f", "-"], nftrace.marker_rules(), ["netns", name])
        enter(fd)
        self.rules[name] = rule_handles()
        devices = dict(socket.if_nameindex())
        events = open_netlink((*conntrack.GROUPS, nftrace.GROUP))
        events.setblocking(False)
        tap = open_tap()
        self.loop.on(events, lambda: self.read_events(events, name, devices))
        self.loop.on(tap, lambda: self.read_frames(tap, name))

    def read_events(self, events, name, devices):
        while True:
            try:
                data = events.recv(1 << 16)
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                self.lost = True
                continue
            for kind, flags, family, body in messages(data):
                self.note((kind, flags, family, body), name, devices)

    def note(self, told, name, devices):
        kind, flags, family, body = told
        subsystem, message = kind >> 8, kind & 0xFF
        if subsystem == NFNL_SUBSYS_NFTABLES and message == nftrace.MESSAGE and family in FAMILY:
            self.trace.append({"ns": name, "stamp": time.time_ns(), **nftrace.read_trace(family, body, devices)})
        elif subsystem == NFNL_SUBSYS_CTNETLINK:
            self.conntrack.append({"ns": name, **conntrack.read_event(message, flags, body)})

    def read_frames(self, tap, name):
        while True:
            try:
                self.taps.append({"ns": name, **read_tap(tap)})
            except BlockingIOError:
                return
            except OSError:
                continue  # A device of the namespace went down.

    def clear(self):
        self.taps, self.trace, self.conntrack, self.lost = [], [], [], False

    def begin(self):
        """What earlier flows left behind is theirs."""
        while self.loop.turn(0):
            pass
        self.clear()
        self.began = time.time_ns()

    def end(self):
        deadline = time.monotonic() + QUIET_SECONDS_MAX
        while time.monotonic() < deadline and self.loop.turn(QUIET_SECONDS):
            pass
        for one in (*self.taps, *self.trace):
            one["stamp"] -= self.began
        told = {"taps": self.taps, "trace": self.trace, "conntrack": self.conntrack, "lost": self.lost}
        self.clear()
        return told

    def ground(self):
        return {"rules": self.rules, "iptables": self.iptables}


def iptables_variant():
    command = shutil.which("iptables-restore")
    said = subprocess.run([command, "--version"], capture_output=True, text=True).stdout
    return "legacy" if "legacy" in said else "nf_tables"
