"""Settings of a namespace: those of the plan, and those that keep it quiet."""
import os, platform

from netns import enter
from trouble import Trouble

# What a namespace would say by itself, at a moment of its own choice, of multicast groups, of its own addresses and to routers: a rule may take
# it for the plan's traffic. An address is nobody's until it is known that nobody else has it, which takes a second.
QUIET = {
    "net.ipv6.conf.all.accept_dad": 0,
    "net.ipv6.conf.default.accept_dad": 0,
    "net.ipv6.conf.default.router_solicitations": 0,
    "net.ipv4.igmp_link_local_mcast_reports": 0,
    "net.ipv6.conf.default.mldv1_unsolicited_report_interval": 86400000,
    "net.ipv6.conf.default.mldv2_unsolicited_report_interval": 86400000,
}


def write_sysctls(fd, name, values):
    """Writes what exists, and returns the rest: a device's own settings come with the device."""
    enter(fd)
    missing = {}
    for key, value in values.items():
        # sysctl(8) writes a dot inside a name as a slash.
        path = "/proc/sys/" + key.translate(str.maketrans("./", "/."))
        if not os.path.normpath(path).startswith("/proc/sys/net/"):
            where = ["netns", name, "sysctl", key]
            raise Trouble("input", "foreign-sysctl", f"sysctl {key} is the machine's, not a namespace's", where=where)
        try:
            with open(path, "w") as file:
                file.write(str(value))
        except FileNotFoundError:
            missing[key] = value
        except OSError as error:
            kind = "input" if error.errno == 22 else "unsupported"
            message = f"sysctl {key} cannot be set to {value} in a namespace: {error.strerror}"
            raise Trouble(kind, "sysctl-refused", message, where=["netns", name, "sysctl", key]) from None
    return missing


def no_sysctl(name, key):
    fix = "sudo modprobe br_netfilter" if key.startswith("net.bridge.") else None
    message = f"this kernel ({platform.release()}) has no sysctl {key}"
    return Trouble("unsupported", "no-sysctl", message, where=["netns", name, "sysctl", key], fix=fix)
