"""Listeners, which answer with what they saw, and clients, which note what they were told: one loop serves the sockets of all
namespaces. A flow is TCP: connection, a byte, an answer; UDP: a datagram and its answer; ICMP: an echo.
"""
import errno, itertools, json, selectors, socket, struct, time

from netns import enter
from owner import owned
from trouble import Trouble

IP_PKTINFO, IP_RECVERR, IPV6_RECVERR, MSG_ERRQUEUE, SO_MARK = 8, 11, 25, 0x2000, 36
SO_EE_ORIGIN = {(socket.IPPROTO_IP, IP_RECVERR): 2, (socket.IPPROTO_IPV6, IPV6_RECVERR): 3}
KINDS = {"tcp": (socket.SOCK_STREAM, socket.IPPROTO_TCP), "udp": (socket.SOCK_DGRAM, socket.IPPROTO_UDP), "sctp": (socket.SOCK_STREAM, 132)}
UNREACHABLE = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENOPROTOOPT}
IP_MTU_DISCOVER, IPV6_MTU_DISCOVER, IP_PMTUDISC_DONT, IP_PMTUDISC_DO = 10, 23, 0, 2
FREEBIND = {socket.AF_INET: (socket.IPPROTO_IP, 15), socket.AF_INET6: (socket.IPPROTO_IPV6, 78)}
TRANSPARENT = {socket.AF_INET: (socket.IPPROTO_IP, 19), socket.AF_INET6: (socket.IPPROTO_IPV6, 75)}
TIMEOUT_MS = 3000
ECHO_BYTES = 56
# The last byte of what a client sends: after the answer it closes, or keeps the connection.
END, KEEP = b"?", b"+"
# Not 0x8000: as a port that would be the type and the code of an echo request of IPv6 (conntrack -D --dst-nat).
ECHO_IDS = itertools.cycle(range(32769, 61000))


class Loop:
    """Calls whoever registered for a descriptor that has something to read or can be written."""

    def __init__(self):
        self.selector = selectors.DefaultSelector()

    def on(self, file, call, events=selectors.EVENT_READ):
        self.selector.register(file, events, call)

    def off(self, file):
        self.selector.unregister(file)

    def turn(self, seconds):
        """False when nothing happened for that long."""
        ready = self.selector.select(max(0, seconds))
        for key, _ in ready:
            if key.fileobj in self.selector.get_map():
                key.data()
        return bool(ready)


def family_of(ip):
    return socket.AF_INET6 if ":" in ip else socket.AF_INET


def address_text(address):
    return f"[{address[0]}]:{address[1]}" if ":" in address[0] else f"{address[0]}:{address[1]}"


# --- servers


def open_listeners(loop, spaces, listeners):
    """The sockets of each listener by its id: its own, then its connections."""
    servers = {}
    for i, listener in enumerate(listeners):
        enter(spaces[listener["netns"]])
        ip, proto = listener.get("ip", "0.0.0.0"), listener.get("proto", "tcp")
        try:
            with owned(listener):
                listening = socket.socket(family_of(ip), *KINDS[proto])
        except OSError as error:
            raise Trouble("unsupported", "kernel-lacks", f"this kernel has no {proto.upper()} sockets ({error.strerror})") from None
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if proto == "udp":
            four = family_of(ip) == socket.AF_INET
            listening.setsockopt(*((socket.IPPROTO_IP, IP_PKTINFO) if four else (socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO)), 1)
        if family_of(ip) == socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1 if listener.get("v6only", True) else 0)
        if listener.get("reuseport"):
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if listener.get("freebind"):
            listening.setsockopt(*FREEBIND[family_of(ip)], 1)
        if listener.get("transparent"):
            listening.setsockopt(*TRANSPARENT[family_of(ip)], 1)
        try:
            listening.bind((ip, listener["port"]))
        except OSError as error:
            message = f"{listener['id']} cannot listen on {proto} {address_text((ip, listener['port']))}: {error.strerror}"
            raise Trouble("input", "cannot-listen", message, where=["listeners", i]) from None
        listening.setblocking(False)
        if proto != "udp":
            listening.listen(128)
        servers[listener["id"]] = [listening]
        loop.on(listening, server(loop, servers[listener["id"]], listener, proto))
    return servers


def server(loop, sockets, listener, proto):
    name, listening = listener["id"], sockets[0]

    def accept():
        try:
            with owned(listener):
                connection, _ = listening.accept()
        except OSError:
            return
        connection.setblocking(False)
        sockets.append(connection)
        loop.on(connection, lambda: answer_connection(loop, connection, name))

    return accept if proto != "udp" else lambda: answer_datagram(listening, name)


def answer(name, source, destination):
    return json.dumps({"server": name, "seen_src": address_text(source), "seen_dst": address_text(destination)}).encode()


def answer_connection(loop, connection, name):
    """Once all of the request is here: a close with bytes left unread would be a reset."""
    try:
        data = connection.recv(1 << 16)
        if data and not data.endswith((END, KEEP)):
            return
        if data:
            connection.sendall(answer(name, connection.getpeername(), connection.getsockname()))
        if data.endswith(KEEP):
            return
    except BlockingIOError:
        return
    except OSError:
        pass
    loop.off(connection)
    connection.close()


def answer_datagram(listening, name):
    """Answers from the address that was called, as a server must that listens on all of them, unless it is a broadcast address."""
    try:
        _, ancillary, _, source = listening.recvmsg(1 << 16, 256)
        port = listening.getsockname()[1]
        for level, kind, value in ancillary:
            if (level, kind) == (socket.IPPROTO_IP, IP_PKTINFO):
                # Of a broadcast the address of this host that the caller would be called from.
                back = (level, kind, struct.pack("I4s4s", 0, value[4:8], bytes(4)))
                listening.sendmsg([answer(name, source, (socket.inet_ntoa(value[8:12]), port))], [back], 0, source)
            elif (level, kind) == (socket.IPPROTO_IPV6, socket.IPV6_PKTINFO):
                # A link-local address is of one device, without which Linux lets nobody speak in its name.
                near = value[0] == 0xFE and value[1] & 0xC0 == 0x80
                back = (level, kind, value[:16] + (value[16:20] if near else bytes(4)))
                called = socket.inet_ntop(socket.AF_INET6, value[:16])
                listening.sendmsg([answer(name, source, (called, port))], [back], 0, source)
    except OSError:
        pass


# --- clients


class Client:
    """One flow of a probe. `done` once it has its answer or an error."""

    def __init__(self, loop, probe, stays=False):
        self.loop, self.probe, self.done = loop, probe, False
        # It, and the connection at the other end, stay open after the flow.
        self.stays = stays
        self.flow = dict.fromkeys(("verdict", "server", "seen_src", "seen_dst", "local", "errno", "icmp", "ms"))
        self.began, self.socket, self.echo = time.monotonic(), None, None
        # Of echoes: an identifier of its own, as each run of ping has.
        self.opening = False
        self.ident, self.sent = next(ECHO_IDS) if probe.get("proto") == "icmp" else 0, 0

    def start(self, fd):
        enter(fd)
        try:
            self.socket = open_client(self.probe)
            if self.probe.get("broadcast"):
                return self.call_everybody()
            result = self.socket.connect_ex((self.probe["dst"], self.probe.get("dport", 0)))
            if result not in (0, errno.EINPROGRESS):
                raise OSError(result, "connect")
            self.note_local()
            if self.probe.get("proto", "tcp") in ("udp", "icmp"):
                self.connected()
            else:
                self.opening = True
                self.loop.on(self.socket, self.on_connect, selectors.EVENT_WRITE)
        except OSError as error:
            self.end(error)

    def call_everybody(self):
        """Not connected, so that it hears whoever answers; another socket tells which source address the way has."""
        with open_client(self.probe) as other:
            other.connect((self.probe["dst"], self.probe.get("dport", 0)))
            source = other.getsockname()[0]
        self.socket.sendto(END.rjust(self.probe.get("size", 1), b"."), (self.probe["dst"], self.probe["dport"]))
        self.flow["local"] = address_text((source, self.socket.getsockname()[1]))
        self.loop.on(self.socket, self.on_answer)

    def note_local(self):
        local = self.socket.getsockname()
        self.flow["local"] = local[0] if self.probe.get("proto") == "icmp" else address_text(local)

    def on_connect(self):
        self.loop.off(self.socket)
        self.opening = False
        error = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            return self.end(OSError(error, "connect"))
        self.note_local()
        self.connected()

    def connected(self):
        try:
            if self.probe.get("proto") == "icmp":
                self.sent += 1
                self.echo = echo_request(self.socket, self.probe.get("size", ECHO_BYTES), self.ident, self.sent)
                self.socket.send(self.echo)
            else:
                self.socket.sendall((KEEP if self.stays or self.probe.get("keep") else END).rjust(self.probe.get("size", 1), b"."))
            self.loop.on(self.socket, self.on_answer)
        except OSError as error:
            self.end(error)

    def on_answer(self):
        try:
            data = self.socket.recv(1 << 16)
            if self.echo is not None and not is_reply(self.socket, data, self.echo):
                return
            if self.echo is None and not data:
                raise ConnectionResetError(errno.ECONNRESET, "closed without an answer")
        except BlockingIOError:
            return
        except OSError as error:
            self.loop.off(self.socket)
            return self.end(error)
        self.loop.off(self.socket)
        if self.echo is None:
            # The answer to an earlier request may come with it.
            self.flow.update(json.JSONDecoder().raw_decode(data.decode())[0])
        self.end(None)

    def again(self, probe):
        """The socket of an earlier probe: another request, or its end."""
        if self.socket is None or self.socket.fileno() < 0:
            return self.end(OSError(errno.ENOTCONN, "never connected"))
        local = self.flow["local"]
        self.probe, self.done, self.began = {**self.probe, "keep": False, **probe}, False, time.monotonic()
        self.flow = {**dict.fromkeys(self.flow), "local": local}
        if self.opening and probe.get("close"):
            return self.end(None)
        if self.opening:
            return self.loop.on(self.socket, self.on_connect, selectors.EVENT_WRITE)
        if probe.get("close") is None:
            return self.connected()
        if self.probe.get("proto", "tcp") in ("udp", "icmp"):
            return self.end(None)
        if probe["close"] == "reset":
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return self.end(None)
        try:
            self.socket.shutdown(socket.SHUT_WR)
            self.loop.on(self.socket, self.on_farewell)
        except OSError as error:
            self.end(error)

    def on_farewell(self):
        """The other end closes too."""
        try:
            if self.socket.recv(1 << 16):
                return
        except OSError as error:
            self.loop.off(self.socket)
            return self.end(error)
        self.loop.off(self.socket)
        self.end(None)

    def expire(self):
        if self.socket is not None and self.socket.fileno() >= 0 and self.socket in self.loop.selector.get_map():
            self.loop.off(self.socket)
        self.end(OSError(errno.ETIMEDOUT, "no answer"))

    def end(self, error):
        self.done = True
        self.flow["verdict"] = verdict_of(error)
        self.flow["errno"] = None if error is None else errno.errorcode.get(error.errno)
        self.flow["ms"] = round((time.monotonic() - self.began) * 1000, 3)
        if self.socket is not None and self.socket.fileno() >= 0:
            self.flow["icmp"] = icmp_error(self.socket)
            if not self.stays and not self.probe.get("keep"):
                self.socket.close()


def verdict_of(error):
    if error is None:
        return "delivered"
    if error.errno == errno.ECONNREFUSED:
        return "refused"
    if error.errno == errno.ETIMEDOUT:
        return "timeout"
    return "unreachable" if error.errno in UNREACHABLE else "error"


def open_client(probe):
    proto, dst = probe.get("proto", "tcp"), probe["dst"]
    family = family_of(dst)
    echo = (socket.SOCK_RAW, socket.IPPROTO_ICMP if family == socket.AF_INET else socket.IPPROTO_ICMPV6)
    with owned(probe):
        client = socket.socket(family, *KINDS.get(proto, echo))
    client.setblocking(False)
    level, option = (socket.IPPROTO_IP, IP_RECVERR) if family == socket.AF_INET else (socket.IPPROTO_IPV6, IPV6_RECVERR)
    client.setsockopt(level, option, 1)
    if dst.lower().startswith("::ffff:"):
        client.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
    if "mark" in probe:
        client.setsockopt(socket.SOL_SOCKET, SO_MARK, probe["mark"])
    set_options(client, probe, family == socket.AF_INET)
    if "src" in probe or "sport" in probe:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        client.bind((probe.get("src", "::" if ":" in dst else "0.0.0.0"), probe.get("sport", 0)))
    return client


def set_options(client, probe, four):
    ask = client.setsockopt
    level = socket.IPPROTO_IP if four else socket.IPPROTO_IPV6
    if "df" in probe:
        ask(level, IP_MTU_DISCOVER if four else IPV6_MTU_DISCOVER, IP_PMTUDISC_DO if probe["df"] else IP_PMTUDISC_DONT)
    if probe.get("broadcast"):
        ask(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    if "tos" in probe:
        ask(level, socket.IP_TOS if four else socket.IPV6_TCLASS, probe["tos"])
    if "ttl" in probe:
        ask(level, socket.IP_TTL if four else socket.IPV6_UNICAST_HOPS, probe["ttl"])
    if "device" in probe:
        ask(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, probe["device"].encode() + b"\0")


def echo_request(client, size, ident, sequence):
    """Linux itself puts the checksum into ICMPv6."""
    six = client.family == socket.AF_INET6
    body = struct.pack("!HH", ident, sequence) + bytes(size)
    total = (0x8000 if six else 0x0800) + sum(struct.unpack("!2H", body[:4]))
    total = (total & 0xFFFF) + (total >> 16)
    return struct.pack("!BBH", 128 if six else 8, 0, ~(total + (total >> 16)) & 0xFFFF) + body


def is_reply(client, data, request):
    six = client.family == socket.AF_INET6
    message = data if six else data[(data[0] & 15) * 4 :]
    return len(message) >= 8 and message[0] == (129 if six else 0) and message[4:8] == request[4:8]


def icmp_error(client):
    """The ICMP error that the socket was given, and who sent it: struct sock_extended_err and the offender after it."""
    try:
        _, ancillary, _, _ = client.recvmsg(512, 512, MSG_ERRQUEUE)
    except OSError:
        return None
    for level, kind, value in ancillary:
        six = level == socket.IPPROTO_IPV6
        # A socket of IPv6 that speaks IPv4 is told of ICMP, in mapped addresses.
        if (level, kind) in SO_EE_ORIGIN and value[4] in (2, 3):
            sender = socket.inet_ntop(socket.AF_INET6, value[24:40]) if six else socket.inet_ntoa(value[20:24])
            return {"type": value[5], "code": value[6], "from": sender.removeprefix("::ffff:")}
    return None


def run_flow(loop, fd, probe, kept, part=None):
    """`kept`: sockets that stay open, by the probe that opened them. `part`: see apart.py."""
    opener = probe.get("reuse", probe["id"])
    client = kept.pop(opener, None)
    if client is None:
        client = Client(loop, probe, part is not None)
        client.start(fd)
    else:
        client.again(probe)
    deadline = client.began + probe.get("timeout_ms", TIMEOUT_MS) / 1000
    while not client.done:
        left = deadline - time.monotonic()
        if left <= 0:
            client.expire()
        else:
            loop.turn(left)
    if probe.get("keep"):
        kept[opener] = client
    elif part is not None:
        part(client.socket)
    return client.flow
