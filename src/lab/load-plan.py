#!/usr/bin/env python3
"""Loads a plan (hopspec.dev/plan/v1) into real network namespaces, runs its probes, and prints the result as one JSON line.

    load-plan.py PLAN.json          also as `unshare -Urn load-plan.py PLAN.json`, without root

One process holds every namespace by a file descriptor: it enters one, makes a socket there, and leaves; a socket stays where it
was made. Nothing is named on the machine, so everything is gone with the process, however it ends. Needs ip, bridge and the
*-restore tools that the plan has text for. Left out: the packets' paths (`--trace`), and probes side by side.
"""
import ctypes, errno, fcntl, json, os, platform, selectors, socket, struct, subprocess, sys, tempfile, threading, time

CLONE_NEWNET = 0x40000000
IP_PKTINFO, IP_RECVERR, MSG_ERRQUEUE, SO_MARK = 8, 11, 0x2000, 36
SO_EE_ORIGIN_ICMP = 2
SIOCETHTOOL, ETHTOOL_GLINK = 0x8946, 0x0A
KINDS = {"tcp": (socket.SOCK_STREAM, socket.IPPROTO_TCP), "udp": (socket.SOCK_DGRAM, socket.IPPROTO_UDP), "sctp": (socket.SOCK_STREAM, 132)}
RESTORE = {"ipset": "ipset restore", "iptables": "iptables-restore --noflush", "ip6tables": "ip6tables-restore --noflush"}
RESTORE |= {"nft": "nft -f -", "ipvs": "ipvsadm -R"}
libc = ctypes.CDLL(None, use_errno=True)

def die(message):
    sys.exit(f"load-plan: {message}")

def check(result, what):
    if result != 0:
        die(f"{what}: {os.strerror(ctypes.get_errno())}")

# --- namespaces

def new_netns():
    """Leaves this thread in a new namespace, and returns its descriptor."""
    check(libc.unshare(CLONE_NEWNET), "a network namespace cannot be made (root, or `unshare -Urn`, is needed)")
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)

def enter(fd):
    check(libc.setns(fd, CLONE_NEWNET), "a namespace cannot be entered")

def tool(fd, command, text, where):
    """Runs a command in a namespace with `text` as its input."""
    enter(fd)
    try:
        done = subprocess.run(command, input=text, text=True, capture_output=True)
    except FileNotFoundError:
        die(f"{where}: {command[0]} is not installed")
    if done.returncode != 0:
        die(f"{where}: {' '.join(command)}: {(done.stderr or done.stdout).strip()}\n{text if len(text) < 2000 else ''}")

# --- the plan, in the order in which its parts need each other

def load(plan):
    new_netns()  # The namespace we came from is never touched.
    spaces = {name: new_netns() for name in plan["netns"]}
    late = {name: write_sysctls(spaces[name], netns.get("sysctl", {})) for name, netns in plan["netns"].items()}
    for rank in range(3):
        for name, netns in plan["netns"].items():
            lines = [line for link in netns.get("links", []) if rank_of(link) == rank for line in add_link(link, spaces)]
            batch(spaces[name], ["ip", "-batch", "-"], lines, f"{name} links")
    for name, netns in plan["netns"].items():
        batch(spaces[name], ["ip", "-batch", "-"], set_links(plan, name), f"{name} links")
        missing = write_sysctls(spaces[name], late[name])
        if missing:
            die(f"{name}: this kernel has no sysctl {', '.join(missing)}")
    for _ in range(2):  # A bridge has a carrier when its ports have.
        for fd in spaces.values():
            settle_links(fd)
    for name, netns in plan["netns"].items():
        load_tables(spaces[name], name, netns)
        load_texts(spaces[name], name, netns)
    return spaces

def write_sysctls(fd, values):
    """Writes what exists, and returns the rest: a device's own settings come with the device."""
    enter(fd)
    missing = {}
    for key, value in values.items():
        # sysctl(8) writes a dot inside a name as a slash.
        path = "/proc/sys/" + key.translate(str.maketrans("./", "/."))
        try:
            with open(path, "w") as file:
                file.write(str(value))
        except FileNotFoundError:
            missing[key] = value
        except OSError as error:
            die(f"sysctl {key}={value}: {error.strerror}")
    return missing

def batch(fd, command, lines, where):
    if lines:
        tool(fd, command, "\n".join(lines) + "\n", where)

def rank_of(link):
    """A tunnel is bound to a device that must be there."""
    return {"bridge": 0, "vxlan": 2, "loopback": None}.get(link["kind"], 1)

def add_link(link, spaces):
    """The line that makes a link; the other end of a veth that only its listing names is made from there."""
    peer = link.get("peer")
    if link["kind"] == "veth" and peer is None:
        return []
    address, end = (f" address {each['mac']}" if "mac" in each else "" for each in (link, peer or {}))
    if peer is not None:
        end = f" peer name {peer['name']}{end} netns /proc/{os.getpid()}/fd/{spaces[peer['netns']]}"
    return [f"link add name {link['name']}{address} type {link['kind']}{end} {link.get('args', '')}"]

def set_links(plan, name):
    links = plan["netns"][name].get("links", [])
    listed = {link["name"] for link in links}
    lines = ["link set lo up"] if "lo" not in listed else []
    for link in links:
        device = link["name"]
        for key, word in (("mac", "address"), ("mtu", "mtu"), ("master", "master")):
            if key in link:
                lines.append(f"link set dev {device} {word} {link[key]}")
        if "slave" in link:
            lines.append(f"link set dev {device} type bridge_slave {link['slave']}")
        lines += [f"addr add {address} dev {device}" for address in link.get("addr", [])]
    lines += [f"link set dev {link['name']} up" for link in links if link.get("up", True)]
    peers = [link["peer"] for netns in plan["netns"].values() for link in netns.get("links", []) if "peer" in link]
    return lines + [f"link set dev {end['name']} up" for end in peers if end["netns"] == name and end["name"] not in listed]

def settle_links(fd):
    """Asks every device for its link: the kernel otherwise tells bridges of a new carrier only up to a second later."""
    enter(fd)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for _, device in socket.if_nameindex():
            command = ctypes.create_string_buffer(struct.pack("=II", ETHTOOL_GLINK, 0))
            request = struct.pack("16sP16x", device.encode(), ctypes.addressof(command))
            try:
                fcntl.ioctl(control, SIOCETHTOOL, request)
            except OSError:
                pass  # Not every device has a link to ask for.

def load_tables(fd, name, netns):
    texts = [f"{command} {text}" for command, key in (("route add", "routes"), ("rule add", "rules")) for text in netns.get(key, [])]
    for family, lines in (("-4", [text for text in texts if ":" not in text]), ("-6", [text for text in texts if ":" in text])):
        batch(fd, ["ip", family, "-batch", "-"], lines, f"{name} routes and rules")
    batch(fd, ["ip", "-batch", "-"], [f"neigh replace {text}" for text in netns.get("neigh", [])], f"{name} neigh")
    batch(fd, ["bridge", "-batch", "-"], [f"fdb append {text}" for text in netns.get("fdb", [])], f"{name} fdb")

def load_texts(fd, name, netns):
    for field, command in RESTORE.items():
        if netns.get(field):
            tool(fd, command.split(), netns[field], f"{name} {field}")
    for device, text in netns.get("wg", {}).items():
        tool(fd, ["wg", "setconf", device, "/dev/stdin"], text, f"{name} wg {device}")

# --- listeners

def family_of(ip):
    return socket.AF_INET6 if ":" in ip else socket.AF_INET

def address_text(address):
    return f"[{address[0]}]:{address[1]}" if ":" in address[0] else f"{address[0]}:{address[1]}"

def open_listeners(spaces, listeners):
    selector = selectors.DefaultSelector()
    for listener in listeners:
        enter(spaces[listener["netns"]])
        ip, proto = listener.get("ip", "0.0.0.0"), listener.get("proto", "tcp")
        listening = socket.socket(family_of(ip), *KINDS[proto])
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if proto == "udp" and family_of(ip) == socket.AF_INET:
            listening.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
        try:
            listening.bind((ip, listener["port"]))
        except OSError as error:
            die(f"listener {listener['id']}: {error.strerror}")
        if proto != "udp":
            listening.listen(128)
        selector.register(listening, selectors.EVENT_READ, (listener["id"], "datagram" if proto == "udp" else "accept"))
    threading.Thread(target=serve, args=(selector,), daemon=True).start()

def serve(selector):
    while True:
        for key, _ in selector.select():
            name, kind = key.data
            try:
                if kind == "accept":
                    selector.register(key.fileobj.accept()[0], selectors.EVENT_READ, (name, "connection"))
                elif kind == "connection":
                    answer_connection(selector, key.fileobj, name)
                else:
                    answer_datagram(key.fileobj, name)
            except OSError:
                pass

def answer(name, source, destination):
    return json.dumps({"server": name, "seen_src": address_text(source), "seen_dst": address_text(destination)}).encode()

def answer_connection(selector, connection, name):
    selector.unregister(connection)
    with connection:
        if connection.recv(1):
            connection.sendall(answer(name, connection.getpeername(), connection.getsockname()))

def answer_datagram(listening, name):
    _, ancillary, _, source = listening.recvmsg(64, 256)
    local = listening.getsockname()
    for level, kind, value in ancillary:
        if (level, kind) == (socket.IPPROTO_IP, IP_PKTINFO):
            called = value[8:12]
            back = struct.pack("I4s4s", 0, called, bytes(4))
            destination = (socket.inet_ntoa(called), local[1])
            listening.sendmsg([answer(name, source, destination)], [(socket.IPPROTO_IP, IP_PKTINFO, back)], 0, source)
            return
    listening.sendto(answer(name, source, local), source)

# --- probes

UNREACHABLE = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENOPROTOOPT}

def run_probe(fd, probe):
    return [run_flow(fd, probe) for _ in range(probe.get("count", 1))]

def run_flow(fd, probe):
    enter(fd)
    flow = dict.fromkeys(("verdict", "server", "seen_src", "seen_dst", "local", "errno", "icmp", "ms"))
    began = time.monotonic()
    client = None
    try:
        client = open_client(probe)
        exchange(client, probe, flow)
        flow["verdict"] = "delivered"
    except (TimeoutError, socket.timeout):
        flow.update(verdict="timeout", errno="ETIMEDOUT")
    except OSError as error:
        verdict = "refused" if error.errno == errno.ECONNREFUSED else "unreachable" if error.errno in UNREACHABLE else "error"
        flow.update(verdict="timeout" if error.errno == errno.ETIMEDOUT else verdict, errno=errno.errorcode.get(error.errno))
    flow["ms"] = round((time.monotonic() - began) * 1000, 3)
    if client is not None:
        with client:
            flow["icmp"] = icmp_error(client)
    return flow

def open_client(probe):
    proto, dst = probe.get("proto", "tcp"), probe["dst"]
    kind = KINDS.get(proto) or (socket.SOCK_RAW, socket.IPPROTO_ICMP)
    client = socket.socket(family_of(dst), *kind)
    client.settimeout(probe.get("timeout_ms", 3000) / 1000)
    if family_of(dst) == socket.AF_INET:
        client.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
    if "mark" in probe:
        client.setsockopt(socket.SOL_SOCKET, SO_MARK, probe["mark"])
    if "src" in probe or "sport" in probe:
        client.bind((probe.get("src", "::" if ":" in dst else "0.0.0.0"), probe.get("sport", 0)))
    return client

def exchange(client, probe, flow):
    client.connect((probe["dst"], probe.get("dport", 0)))
    local = client.getsockname()
    if probe.get("proto") == "icmp":
        flow["local"] = local[0]
        return echo(client)
    flow["local"] = address_text(local)
    client.send(b"?")
    data = client.recv(4096)
    if not data:
        raise ConnectionResetError(errno.ECONNRESET, "closed without an answer")
    flow.update(json.loads(data))

def echo(client):
    body = struct.pack("!HH", os.getpid() & 0xFFFF, 1) + bytes(56)
    total = 0x0800 + sum(struct.unpack("!30H", body))
    total = (total & 0xFFFF) + (total >> 16)
    client.send(struct.pack("!BBH", 8, 0, ~(total + (total >> 16)) & 0xFFFF) + body)
    while True:
        reply = client.recv(2048)
        message = reply[(reply[0] & 15) * 4 :]
        if message[0] == 0 and message[4:8] == body[:4]:
            return

def icmp_error(client):
    """The ICMP error that the socket was given, and who sent it: struct sock_extended_err and the offender after it."""
    client.setblocking(False)
    try:
        _, ancillary, _, _ = client.recvmsg(512, 512, MSG_ERRQUEUE)
    except OSError:
        return None
    for level, kind, value in ancillary:
        if (level, kind) == (socket.IPPROTO_IP, IP_RECVERR) and value[4] == SO_EE_ORIGIN_ICMP:
            return {"type": value[5], "code": value[6], "from": socket.inet_ntoa(value[20:24])}
    return None

def main():
    if len(sys.argv) != 2:
        die("usage: load-plan.py PLAN.json")
    with open(sys.argv[1]) as file:
        plan = json.load(file)
    with tempfile.NamedTemporaryFile() as lock:
        # The machine's own lock is held by others, and an ordinary user cannot write it.
        os.environ["XTABLES_LOCKFILE"] = lock.name
        spaces = load(plan)
    open_listeners(spaces, plan.get("listeners", []))
    results = [{"id": probe["id"], "flows": run_probe(spaces[probe["netns"]], probe)} for probe in plan.get("probes", [])]
    print(json.dumps({"kernel": platform.release(), "probes": results}))


if __name__ == "__main__":
    main()
