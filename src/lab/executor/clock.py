"""Rules that ask for the time of day (`-m time`) are answered by the machine's own clock, which no namespace has for itself. A plan with such rules must say
that it means the present, as its `epoch`; another time cannot be had here.
"""
import re, time

from trouble import Trouble

ASKS = re.compile(r"(^|\s)-m time(\s|$)", re.MULTILINE)
CLOSE_S = 60


def check_clock(plan):
    asks = any(ASKS.search(netns.get(field) or "") for netns in plan["netns"].values() for field in ("iptables", "ip6tables"))
    now, epoch = int(time.time()), plan.get("epoch", 0)
    if asks and abs(now - epoch) > CLOSE_S:
        message = f"rules ask for the time, which is {now} here, in seconds since 1970, and {epoch} in the plan"
        raise Trouble("unsupported", "other-time", message, where=["epoch"], fix=f"set `epoch` to {now} to ask about the present")
