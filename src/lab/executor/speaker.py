"""A program that answers ARP for addresses that its host does not hold, as MetalLB's speaker does (internal/layer2 of MetalLB)."""
import fcntl, socket, struct

from netns import enter
from trouble import Trouble

ETH_P_ARP, SIOCGIFHWADDR = 0x0806, 0x8927
REQUEST, REPLY = 1, 2
HEADER = struct.pack("!HHBB", 1, 0x0800, 6, 4)


def start_speakers(loop, plan, spaces):
    for name, netns in plan["netns"].items():
        for device, addresses in netns.get("speakers", {}).items():
            Speaker(loop, spaces[name], device, addresses, ["netns", name, "speakers", device])


class Speaker:
    def __init__(self, loop, fd, device, addresses, where):
        self.addresses = {socket.inet_aton(address) for address in addresses}
        enter(fd)
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ARP))
        self.socket.setblocking(False)
        try:
            self.socket.bind((device, ETH_P_ARP))
        except OSError as error:
            raise Trouble("input", "cannot-listen", f"the speaker cannot hear {device}: {error.strerror}", where=where) from None
        self.mac = fcntl.ioctl(self.socket, SIOCGIFHWADDR, struct.pack("16s16x", device.encode()))[18:24]
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
