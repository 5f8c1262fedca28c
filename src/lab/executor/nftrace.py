"""What nftables does with each packet (NFT_MSG_TRACE, what `nft monitor trace` prints). A table of the lab's own has two chains in every
hook: the first sets `nftrace`, for the mark is cleared wherever a packet changes its namespace or is wrapped; the last, behind everybody
else's, shows the packet as it leaves the hook.
"""
from netlink import FAMILY, attributes, number, text

GROUP, MESSAGE = 9, 17
TABLE = "hopspec_lab"
HOOKS = ("prerouting", "input", "forward", "output", "postrouting")
TYPES = {1: "policy", 2: "return", 3: "rule"}
VERDICTS = {-1: "continue", -2: "break", -3: "jump", -4: "goto", -5: "return", 0: "drop", 1: "accept", 2: "stolen", 3: "queue"}


def marker_rules():
    chains = "".join(
        f"chain {hook}_first {{ type filter hook {hook} priority -500; meta nftrace set 1; }}\n"
        f"chain {hook}_last {{ type filter hook {hook} priority 500; }}\n"
        for hook in HOOKS
    )
    return f"table inet {TABLE} {{\n{chains}}}\n"


def read_trace(family, body, devices):
    """The attributes of enum nft_trace_attributes. The family is the table's."""
    found = attributes(body)
    verdict = attributes(found.get(5, b""))
    code = int.from_bytes(verdict[1], "big", signed=True) if 1 in verdict else None
    policy = number(found.get(16))
    if code is not None and code > 0:
        code &= 0xFF  # Above it a queue has its number.
    word = VERDICTS.get(policy if code is None else code, "other") if code is not None or policy is not None else "continue"
    chain = text(verdict.get(2))
    tracked = any(key in found for key in (18, 19, 20, 21))
    return {
        "id": number(found.get(6)),
        "family": FAMILY.get(family, "other"),
        "table": text(found.get(1)),
        "chain": text(found.get(2)),
        "type": TYPES.get(number(found.get(4)), "rule"),
        "handle": number(found.get(3)),
        "verdict": f"{word} {chain}" if chain else word,
        "mark": number(found.get(14)),
        "iif": devices.get(number(found.get(10))),
        "oif": devices.get(number(found.get(12))),
        "network": hexadecimal(found.get(8)),
        "transport": hexadecimal(found.get(9)),
        "ct": read_ct(found) if tracked else None,
    }


def read_ct(found):
    """From Linux 6.16 on."""
    return {"direction": small(found.get(19)), "status": number(found.get(20)), "state": number(found.get(21))}


def small(data):
    return None if data is None else data[0]


def hexadecimal(data):
    return None if data is None else data.hex()
