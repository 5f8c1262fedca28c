"""Puts a plan into namespaces, in the order in which its parts need each other: sysctls, links (link_order.py), their settings, routes and rules,
neighbours, fdb, and what the *-restore tools read. What a tool refuses is told with the plan's path.
"""
import ctypes, fcntl, functools, os, platform, re, shutil, socket, struct, subprocess

from link_order import link_order
from accounts import make_accounts
from clock import check_clock
from forwarder import attach_tuns
from netns import enter, new_netns
from sysctls import QUIET, no_sysctl, write_sysctls
from trouble import Trouble

SIOCETHTOOL, ETHTOOL_GLINK = 0x8946, 0x0A
RESTORE = {
    "ipset": ["ipset", "restore"],
    "iptables": ["iptables-restore", "--noflush"],
    "ip6tables": ["ip6tables-restore", "--noflush"],
    "nft": ["nft", "-f", "-"],
    "ipvs": ["ipvsadm", "-R"],
}
FALLBACKS = ("tunl0", "gre0")
USUAL_MTU = 1500
# Words with which the tools say that the kernel has no such thing.
LACKS = re.compile(
    r"Unknown device type|(?<!hostname )not supported(?! in IPv6)|No chain/target/match by that name|missing kernel module|failed \(No such file or directory\)"
    r"|can't initialize|Cannot open session|Protocol not available|Could not process rule: No such file",
    re.IGNORECASE,
)


def load(plan):
    """Namespaces by name, as descriptors; and the tun devices that programs read."""
    check_tools(plan)
    check_clock(plan)
    spaces = {name: new_netns() for name in plan["netns"]}
    each = plan["netns"].items()
    for name, fd in spaces.items():
        write_sysctls(fd, name, QUIET)
    late = {name: write_sysctls(spaces[name], name, netns.get("sysctl", {})) for name, netns in each}
    for fd, lines in new_links(plan, spaces):
        batch(fd, ["ip"], lines)
    for name, netns in each:
        batch(spaces[name], ["ip"], own_names(name, netns))
    tuns = attach_tuns(plan, spaces)
    for name, netns in each:
        batch(spaces[name], ["ip"], link_settings(plan, name))
        missing = write_sysctls(spaces[name], name, late[name])
        if missing:
            raise no_sysctl(name, next(iter(missing)))
    for _ in range(2):  # A bridge has a carrier when its ports have.
        for fd in spaces.values():
            settle_links(fd)
    for name, netns in each:
        load_tables(spaces[name], name, netns)
        load_texts(spaces[name], name, netns)
    return spaces, tuns


def check_tools(plan):
    needed = {"ip"}
    for netns in plan["netns"].values():
        needed |= {command[0] for field, command in RESTORE.items() if netns.get(field)}
        needed |= {"bridge"} if netns.get("fdb") else set()
        needed |= {"wg"} if netns.get("wg") else set()
    missing_tools(needed)


def missing_tools(needed):
    missing = sorted(tool for tool in needed if shutil.which(tool) is None)
    if missing:
        raise Trouble("tools", "missing-tools", f"the lab needs {', '.join(missing)}", tools=missing)


# --- links: lines for `ip -batch`, each with the plan's path to what it is about


def new_links(plan, spaces):
    """By the namespace that makes them, in order. The other end of a veth that only its listing names is made from there; a device on top of
    another is made where that one is."""
    batches = []
    sizes = sizes_below(plan)
    for name, i in link_order(plan):
        made = new_link(name, i, plan["netns"][name]["links"][i], (spaces, sizes))
        if made is None:
            continue
        home, line = made
        if not batches or batches[-1][0] != home:
            batches.append((home, []))
        batches[-1][1].append(line)
    return batches


def sizes_below(plan):
    """MTUs of what other devices stand on, which take theirs from it when they are made; a smaller one than usual they follow later (NETDEV_CHANGEMTU)."""
    links = [(name, link) for name, netns in plan["netns"].items() for link in netns.get("links", [])]
    lowers = {(lower.get("netns", name), lower["name"]) for name, link in links if (lower := below(link)) is not None}
    return {(name, link["name"]): link["mtu"] for name, link in links if (name, link["name"]) in lowers and link.get("mtu", 0) > USUAL_MTU}


def size_of(sizes, name, device):
    return f" mtu {sizes[name, device]}" if (name, device) in sizes else ""


def new_link(name, i, link, known):
    spaces, sizes = known
    kind, peer = link["kind"], link.get("peer")
    if kind == "tun":
        return spaces[name], (f"tuntap add mode tun name {link['name']}", ["netns", name, "links", i])
    if link["name"] in FALLBACKS:
        find_fallback(spaces[name], link, ["netns", name, "links", i])
        return None
    address, end = (f" address {one['mac']}" if "mac" in one else "" for one in (link, peer or {}))
    address += size_of(sizes, name, link["name"])
    if peer is not None:
        end += size_of(sizes, peer["netns"], peer["name"])
        end = f" peer name {peer['name']}{end} netns {path_of(spaces[peer['netns']])}"
    lower, home = below(link), spaces[name]
    if lower is not None:
        home = spaces[lower.get("netns", name)]
        address = f"{address} link {lower['name']}" + ("" if home == spaces[name] else f" netns {path_of(spaces[name])}")
    text = f"link add name {link['name'] if home == spaces[name] else passing_name(i)}{address} type {kind}{end} {link.get('args', '')}"
    return home, (text, ["netns", name, "links", i])


def passing_name(i):
    """What is made in one namespace for another must not bear a name that the first has."""
    return f"passing{i}"


def own_names(name, netns):
    links = enumerate(netns.get("links", []))
    elsewhere = [(i, link) for i, link in links if (below(link) or {}).get("netns", name) != name]
    return [(f"link set dev {passing_name(i)} name {link['name']}", ["netns", name, "links", i]) for i, link in elsewhere]


def find_fallback(fd, link, where):
    """The device that comes with the module, in every namespace, and takes what no other tunnel does."""
    text = f"link add name {link['name']} type {link['kind']}"
    done = start(fd, ["ip", *text.split()], "")
    if done.returncode != 0 and "File exists" not in done.stderr:
        raise refusal(f"ip {text}", done.stderr.strip(), where, text)


def below(link):
    lower = link.get("link")
    return {"name": lower} if isinstance(lower, str) else lower


def path_of(fd):
    return f"/proc/{os.getpid()}/fd/{fd}"


def link_settings(plan, name):
    links = plan["netns"][name].get("links", [])
    listed = {link["name"] for link in links}
    lines = [("link set lo up", ["netns", name])] if "lo" not in listed else []
    for i, link in enumerate(links):
        device, where = link["name"], ["netns", name, "links", i]
        for key, word in (("mac", "address"), ("mtu", "mtu"), ("master", "master")):
            if key in link:
                lines.append((f"link set dev {device} {word} {link[key]}", [*where, key]))
        if "slave" in link:
            lines.append((f"link set dev {device} type bridge_slave {link['slave']}", [*where, "slave"]))
        for k, address in enumerate(link.get("addr", [])):
            # Duplicate address detection would hold an IPv6 address back for seconds.
            nodad = " nodad" if ":" in address and "nodad" not in address else ""
            lines.append((f"addr add {address} dev {device}{nodad}", [*where, "addr", k]))
    lines += [(f"link set dev {link['name']} up", ["netns", name, "links", i]) for i, link in enumerate(links) if link.get("up", True)]
    peers = [link["peer"] for netns in plan["netns"].values() for link in netns.get("links", []) if "peer" in link]
    ends = [end["name"] for end in peers if end["netns"] == name and end["name"] not in listed]
    return lines + [(f"link set dev {end} up", ["netns", name]) for end in ends]


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


# --- tables


def load_tables(fd, name, netns):
    texts = [*entries(name, netns, "routes", "route add"), *entries(name, netns, "rules", "rule add")]
    batch(fd, ["ip", "-4"], [line for line in texts if not is_six(line[0])])
    batch(fd, ["ip", "-6"], [line for line in texts if is_six(line[0])])
    batch(fd, ["ip"], entries(name, netns, "neigh", "neigh replace"))
    batch(fd, ["bridge"], entries(name, netns, "fdb", "fdb append"))


def is_six(text):
    """A route of IPv4 may have a gateway of IPv6: `via inet6 ADDRESS`."""
    return ":" in re.sub(r"via inet6 \S+", "", text)


def entries(name, netns, key, command):
    """Lines of one list of the plan, each with its path."""
    return [(f"{command} {text}", ["netns", name, key, i]) for i, text in enumerate(netns.get(key, []))]


def load_texts(fd, name, netns):
    make_accounts(fd, netns.get("iptables"), netns.get("ip6tables"))
    for field, command in RESTORE.items():
        if netns.get(field):
            run(fd, command, netns[field], ["netns", name, field])
    for device, text in netns.get("wg", {}).items():
        run(fd, ["wg", "setconf", device, "/dev/stdin"], text, ["netns", name, "wg", device])


# --- tools


def batch(fd, command, lines):
    """Lines of `ip -batch` or `bridge -batch`; the tool stops at the first that it cannot do, and says its number."""
    if not lines:
        return
    done = start(fd, [*command, "-batch", "-"], "".join(f"{line[0]}\n" for line in lines))
    if done.returncode == 0:
        return
    said = (done.stderr or done.stdout).strip()
    number = re.search(r"Command failed -:(\d+)", said)
    text, where = lines[int(number[1]) - 1][:2] if number else (lines[0][0], lines[0][1][:2])
    words = re.sub(r"\s*Command failed -:\d+", "", said).replace("\n", "; ")
    raise refusal(f"{command[0]} {text.strip()}", words, where, text)


def run(fd, command, text, where):
    done = start(fd, command, text)
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()
        raise refusal(" ".join(command), said.replace("\n", "; "), where, quoted(said, text))


def start(fd, command, text):
    enter(fd)
    return subprocess.run([path_of_tool(command[0]), *command[1:]], input=text, text=True, capture_output=True)


@functools.cache
def path_of_tool(name):
    """Looked up once: every folder of PATH would be tried each time."""
    return shutil.which(name) or name


def quoted(said, text):
    """The line that a restore tool stumbled over."""
    number = re.search(r"line:? (\d+)", said) or re.search(r"/dev/stdin:(\d+)", said)
    lines = text.split("\n")
    return lines[int(number[1]) - 1] if number and int(number[1]) <= len(lines) else None


def refusal(command, said, where, line):
    about = f": {line.strip()}" if line and line.strip() not in command else ""
    if LACKS.search(said):
        lacking = re.match(r".* type (\S+)", line) if line and line.startswith("link add") else None
        thing = f"no {lacking[1]} devices" if lacking else f"no way to do `{command}`{about}"
        return Trouble("unsupported", "kernel-lacks", f"this kernel ({platform.release()}) has {thing} ({said})", where=where)
    return Trouble("input", "refused-by-linux", f"Linux refuses `{command}`{about} ({said})", where=where)
