"""What the tools print of what a plan loaded: by namespace and field, the text of the tool that saves it."""
from load import missing_tools, refusal, start

SAVE = {
    "ipset": ["ipset", "save"],
    "iptables": ["iptables-save"],
    "ip6tables": ["ip6tables-save"],
    "nft": ["nft", "list", "ruleset"],
    "ipvs": ["ipvsadm", "-S", "-n"],
}


def saved(plan, spaces):
    missing_tools({SAVE[field][0] for netns in plan["netns"].values() for field in SAVE if netns.get(field)})
    return {name: {field: printed(spaces[name], name, field) for field in SAVE if netns.get(field)} for name, netns in plan["netns"].items()}


def printed(fd, name, field):
    done = start(fd, SAVE[field], "")
    if done.returncode != 0:
        raise refusal(" ".join(SAVE[field]), done.stderr.strip().replace("\n", "; "), ["netns", name, field], None)
    return done.stdout
