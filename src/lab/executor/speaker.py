"""A program that answers ARP, and neighbour solicitations, for addresses that its host does not hold, as MetalLB's speaker does (internal/layer2 of MetalLB)."""
import fcntl, socket, struct

from netns import enter
from trouble import Trouble

ETH_P_ARP, SIOCGIFHWADDR = 0x0806, 0x8927
REQUEST, REPLY = 1, 2
HEADER = struct.pack("!HHBB", 1, 0x0800, 6, 4)
SOLICITATION, ADVERTISEMENT, SOLICITED = 135, 136, 0x40000000
SOURCE_LINK_ADDRESS, TARGET_LINK_ADDRESS = 1, 2
GROUP_PREFIX = socket.inet_pton(socket.AF_INET6, "ff02::1:ff00:0")[:13]


def start_speakers(loop, plan, spaces):
    for name, netns in plan["netns"].items():
        for device, addresses in netns.get("speakers", {}).items():
            where = ["netns", name, "speakers", device]
            four = [address for address in addresses if ":" not in address]
            six = [address for address in addresses if ":" in address]
            if four:
                Speaker(loop, spaces[name], device, four, where)
            if six:
                Speaker6(loop, spaces[name], device, six, where)


def cannot_hear(device, error, where):
    return Trouble("input", "cannot-listen", f"the speaker cannot hear {device}: {error.strerror}", where=where)


def link_address(sock, device):
    return fcntl.ioctl(sock, SIOCGIFHWADDR, struct.pack("16s16x", device.encode()))[18:24]


class Speaker:
    def __init__(self, loop, fd, device, addresses, where):
        self.addresses = {socket.inet_aton(address) for address in addresses}
        enter(fd)
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ARP))
        self.socket.setblocking(False)
        try:
            self.socket.bind((device, ETH_P_ARP))
        except OSError as error:
            raise cannot_hear(device, error, where) from None
        self.mac = link_address(self.socket, device)
        loop.on(self.socket, self.hear)

    def hear(self):
        try:
            frame = self.socket.recv(1 << 12)
            asker, who, _, target = struct.unpack("!6s4s6s4s", frame[22:42])
            if frame[14:20] == HEADER and frame[20:22] == struct.pack("!H", REQUEST) and target in self.addresses:
                answer = struct.pack("!H6s4s6s4s", REPLY, self.mac, target, asker, who)
                self.socket.send(asker + self.mac + struct.pack("!H", ETH_P_ARP) + HEADER + answer)
        except (OSError, struct.error):
            pass


class Speaker6:
    """A raw socket bound to the link-local address, which joins the groups of the addresses: it hears no question to an address alone."""

    def __init__(self, loop, fd, device, addresses, where):
        self.addresses = {socket.inet_pton(socket.AF_INET6, address) for address in addresses}
        enter(fd)
        self.socket = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
        self.socket.setblocking(False)
        try:
            index = socket.if_nametoindex(device)
            self.mac = link_address(self.socket, device)
            # A host without such an address has no way to speak, nor has MetalLB.
            own = link_local(device)
            if own is None:
                return
            self.socket.bind((own, 0, 0, index))
            for hops in (socket.IPV6_UNICAST_HOPS, socket.IPV6_MULTICAST_HOPS):
                self.socket.setsockopt(socket.IPPROTO_IPV6, hops, 255)
            for group in {GROUP_PREFIX + address[13:] for address in self.addresses}:
                self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group + struct.pack("@i", index))
        except OSError as error:
            raise cannot_hear(device, error, where) from None
        loop.on(self.socket, self.hear)

    def hear(self):
        try:
            message, asker = self.socket.recvfrom(1 << 12)
            target = message[8:24]
            if message[0] != SOLICITATION or target not in self.addresses or not says_where(message[24:]):
                return
            answer = struct.pack("!BBHI", ADVERTISEMENT, 0, 0, SOLICITED) + target
            self.socket.sendto(answer + struct.pack("!BB", TARGET_LINK_ADDRESS, 1) + self.mac, asker)
        except (OSError, struct.error, IndexError):
            pass


def link_local(device):
    with open("/proc/thread-self/net/if_inet6") as table:
        for line in table:
            address, _, _, _, _, name = line.split()
            if name == device and address.startswith("fe8"):
                return socket.inet_ntop(socket.AF_INET6, bytes.fromhex(address))
    return None


def says_where(options):
    while len(options) >= 8 and options[1] > 0:
        if options[0] == SOURCE_LINK_ADDRESS:
            return True
        options = options[8 * options[1] :]
    return False
