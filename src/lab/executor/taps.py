"""What a tap on every device of a namespace sees (packet(7)), each frame with the nanosecond at which the kernel had it."""
import socket, struct, time

from netlink import widen

ETH_P_ALL, SO_TIMESTAMPNS = 3, 35
OUTGOING = 4
ARPHRD_ETHER, ARPHRD_LOOPBACK = 1, 772
# Enough for a tunnel's outer and inner headers.
BYTES_MAX = 224


def open_tap():
    tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    widen(tap)
    tap.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    tap.setblocking(False)
    return tap


def read_tap(tap):
    """One frame; BlockingIOError when there is none."""
    data, ancillary, _, address = tap.recvmsg(1 << 16, 128)
    device, _, direction, hardware = address[:4]
    stamp = time.time_ns()
    for level, kind, value in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPNS):
            seconds, nanoseconds = struct.unpack("=qq", value[:16])
            stamp = seconds * 1_000_000_000 + nanoseconds
    return {
        "device": device,
        "dir": "tx" if direction == OUTGOING else "rx",
        "stamp": stamp,
        "length": len(data),
        "ethernet": hardware in (ARPHRD_ETHER, ARPHRD_LOOPBACK),
        "bytes": data[:BYTES_MAX].hex(),
    }
