"""Tells flows during which Linux had no room for an ICMP message of its own. The sockets that send these are shared by all namespaces of a
machine, and what waits for neighbours anywhere counts against them: what came of such a flow says nothing of its plan.
"""
from netns import enter

FILES = (("/proc/thread-self/net/snmp", "Icmp:", "OutErrors"), ("/proc/thread-self/net/snmp6", "Icmp6OutErrors", None))


def starvation(spaces):
    """A call that counts such messages, in all namespaces together."""
    opened = []
    for fd in spaces.values():
        enter(fd)
        for path, word, column in FILES:
            try:
                opened.append((open(path), word, column))
            except OSError:
                pass  # A kernel without IPv6.
    return lambda: sum(read(*each) for each in opened)


def read(file, word, column):
    file.seek(0)
    rows = [line.split() for line in file if line.startswith(word)]
    if column is None:
        return int(rows[0][1]) if rows else 0
    return int(rows[1][rows[0].index(column)]) if len(rows) > 1 and column in rows[0] else 0
