"""Sessions of WireGuard that are there before anybody speaks, as in a cluster that has been up for a while: each device is told to keep its peers
alive, which makes it shake hands at once, and told to stop. A peer without an endpoint stays a stranger.
"""
import re, subprocess, time

from load import path_of_tool
from netns import enter

HANDSHAKE_SECONDS_MAX = 2


def greet(plan, spaces):
    devices = []
    for name, netns in plan["netns"].items():
        for device, text in netns.get("wg", {}).items():
            peers = [key for key, conf in peers_of(text) if re.search(r"^\s*Endpoint\s*=", conf, re.IGNORECASE | re.MULTILINE)]
            if peers:
                devices.append((spaces[name], device, peers))
    for fd, device, peers in devices:
        keep_alive(fd, device, peers, 1)
    deadline = time.monotonic() + HANDSHAKE_SECONDS_MAX
    while time.monotonic() < deadline and not all(has_met(*one) for one in devices):
        time.sleep(0.02)
    for fd, device, peers in devices:
        keep_alive(fd, device, peers, 0)


def peers_of(text):
    """Public key and section of each."""
    sections = re.split(r"^\s*\[Peer\]", text, flags=re.IGNORECASE | re.MULTILINE)[1:]
    keys = (re.search(r"^\s*PublicKey\s*=\s*(\S+)", section, re.IGNORECASE | re.MULTILINE) for section in sections)
    return [(key[1], section) for key, section in zip(keys, sections) if key is not None]


def keep_alive(fd, device, peers, seconds):
    wg(fd, "set", device, *(word for key in peers for word in ("peer", key, "persistent-keepalive", str(seconds))))


def has_met(fd, device, peers):
    met = dict(line.split() for line in wg(fd, "show", device, "latest-handshakes").splitlines())
    return all(met.get(key, "0") != "0" for key in peers)


def wg(fd, *words):
    enter(fd)
    return subprocess.run([path_of_tool("wg"), *words], text=True, capture_output=True).stdout
