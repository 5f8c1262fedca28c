"""The program behind a tun device, as flannel's (pkg/backend/udp/proxy_amd64.c): what the host sends by the device goes, in a datagram of the
program's socket, to the forwarder that has the subnet, and what comes to the socket is written to the device. Each way costs one hop of the TTL;
for a subnet that nobody has it writes an ICMP error from the device's own address.
"""
import fcntl, ipaddress, os, socket, struct

from netns import enter
from trouble import Trouble

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
ICMP, ERROR_TTL = 1, 8


def attach_tuns(plan, spaces):
    """Those that a forwarder reads, with its descriptor: a tun has a carrier as long as somebody has it open."""
    found = []
    for name, netns in plan["netns"].items():
        for i, link in enumerate(netns.get("links", [])):
            if link["kind"] == "tun" and forwarder_words(link) is not None:
                where = ["netns", name, "links", i]
                found.append((spaces[name], open_tun(spaces[name], link["name"], where), link, where))
    return found


def open_tun(fd, name, where):
    enter(fd)
    try:
        tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    except OSError as error:
        raise Trouble("unsupported", "kernel-lacks", f"{name}, a tun, cannot be opened here ({error.strerror})", where=where) from None
    return tun


def start_forwarders(loop, tuns):
    for fd, tun, link, where in tuns:
        Forwarder(loop, fd, tun, link, where)


def forwarder_words(link):
    words = link.get("args", "").split()
    return words[words.index("forwarder") + 1 :] if "forwarder" in words else None


class Forwarder:
    """`local A port P`, then `subnet S via A`, each perhaps with a `port`."""

    def __init__(self, loop, fd, tun, link, where):
        words = forwarder_words(link)
        self.tun, self.own = tun, own_address(link)
        local, port = words[1], int(words[3])
        self.ends = ends(words[4:], port)
        enter(fd)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        try:
            self.socket.bind((local, port))
        except OSError as error:
            message = f"the forwarder behind {link['name']} cannot have {local}:{port}: {error.strerror}"
            raise Trouble("input", "cannot-listen", message, where=[*where, "args"]) from None
        loop.on(tun, self.from_host)
        loop.on(self.socket, self.from_wire)

    def from_host(self):
        packet = bytearray(os.read(self.tun, 1 << 16))
        if packet[0] >> 4 != 4:
            return
        target = ipaddress.ip_address(bytes(packet[16:20]))
        end = next((end for subnet, end in self.ends if target in subnet), None)
        try:
            if end is None:
                self.refuse(packet)
            elif hopped(packet):
                self.socket.sendto(packet, end)
        except OSError:
            pass

    def from_wire(self):
        try:
            packet = bytearray(self.socket.recv(1 << 16))
            if len(packet) >= 20 and hopped(packet):
                os.write(self.tun, packet)
        except OSError:
            pass

    def refuse(self, packet):
        if packet[9] == ICMP or self.own is None:
            return
        quoted = bytes(packet[: (packet[0] & 15) * 4 + 8])
        message = struct.pack("!BBHI", 3, 0, 0, 0) + quoted
        message = message[:2] + checksum(message) + message[4:]
        header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(message), 0, 0, ERROR_TTL, ICMP, 0, self.own, bytes(packet[12:16]))
        os.write(self.tun, header[:10] + checksum(header) + header[12:] + message)


def ends(words, port):
    """The longest prefix first."""
    found = []
    at = 0
    while at + 3 < len(words):
        own = int(words[at + 5]) if words[at + 4 : at + 5] == ["port"] else port
        found.append((ipaddress.ip_network(words[at + 1]), (words[at + 3], own)))
        at += 6 if words[at + 4 : at + 5] == ["port"] else 4
    return sorted(found, key=lambda each: -each[0].prefixlen)


def own_address(link):
    four = [address for address in link.get("addr", []) if ":" not in address]
    return socket.inet_aton(four[0].split("/")[0].split()[0]) if four else None


def hopped(packet):
    """False when the packet has no hop left, of which nobody is told."""
    if packet[8] <= 1:
        return False
    packet[8] -= 1
    length = (packet[0] & 15) * 4
    packet[10:12] = b"\0\0"
    packet[10:12] = checksum(bytes(packet[:length]))
    return True


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data[: len(data) & ~1])) + (data[-1] << 8 if len(data) & 1 else 0)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return struct.pack("!H", ~total & 0xFFFF)
