"""The order in which devices are made: each namespace's as its plan lists them, for the kernel looks for a source address in that order. The ends of a
pair are made at once, and what is bound to a device after it; where the lists of two namespaces contradict each other, bridges come first, then
pairs, then the rest.
"""
import re

RANKS = {"bridge": 0, "veth": 1, "dummy": 1, "vlan": 3, "macvlan": 3, "ipvlan": 3}


def link_order(plan):
    """Pairs of a namespace's name and the index of a link that is made there; an end that comes with its peer has no place of its own."""
    return Order({name: netns.get("links", []) for name, netns in plan["netns"].items()}).all()


class Order:
    def __init__(self, lists):
        self.lists = lists
        self.order = []
        # Names of devices that are not made yet, as listed, with their indexes.
        self.waiting = {name: {link["name"]: i for i, link in enumerate(links) if link["kind"] != "loopback"} for name, links in lists.items()}
        self.ends = {(link["peer"]["netns"], link["peer"]["name"]) for links in lists.values() for link in links if "peer" in link}

    def all(self):
        while any(self.waiting.values()):
            if not self.advance():
                self.make(*self.least())
        return self.order

    def advance(self):
        """Makes of each namespace what can be made in turn; false if that is nothing."""
        before = len(self.order)
        for name in self.waiting:
            while (device := self.first(name)) is not None and self.is_ready(name, device):
                self.make(name, device)
        return len(self.order) > before

    def first(self, name):
        return next(iter(self.waiting.get(name, {})), None)

    def link(self, name, device):
        return self.lists[name][self.waiting[name][device]]

    def is_ready(self, name, device):
        link = self.link(name, device)
        if any(below in self.waiting.get(home, {}) for home, below in needs(name, link)):
            return False
        peer = link.get("peer")
        if peer is None:
            return link["kind"] != "veth" or (name, device) not in self.ends
        return peer["name"] not in self.waiting.get(peer["netns"], {}) or self.first(peer["netns"]) == peer["name"]

    def least(self):
        """What is made where none is ready: not the end of a pair that comes with the other."""
        left = [(name, device) for name, devices in self.waiting.items() for device in devices]
        makers = [(name, device) for name, device in left if self.link(name, device)["kind"] != "veth" or "peer" in self.link(name, device)]
        return min(makers or left, key=lambda at: RANKS.get(self.link(*at)["kind"], 2))

    def make(self, name, device):
        link = self.link(name, device)
        i = self.waiting[name].pop(device)
        peer = link.get("peer")
        if link["kind"] != "veth" or peer is not None:
            self.order.append((name, i))
        if peer is not None:
            self.waiting.get(peer["netns"], {}).pop(peer["name"], None)


def needs(name, link):
    """Devices that must be there before, with their namespaces: what it stands on, what it is bound to."""
    lower = link.get("link")
    if isinstance(lower, str):
        return [(name, lower)]
    bound = re.search(r"\bdev (\S+)", link.get("args", ""))
    return ([] if lower is None else [(lower.get("netns", name), lower["name"])]) + ([] if bound is None else [(name, bound[1])])
