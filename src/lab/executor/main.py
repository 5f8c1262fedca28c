#!/usr/bin/env python3
"""Loads a plan (hopspec.dev/plan/v1) into real network namespaces, runs its probes, and prints one JSON line: the result, or the
`error` that keeps it from running. Python's own library is all it needs.

    main.py [--trace] [--fresh] [--apart] [--starved] [--save] [--parent PID] [PLAN.json]         standard input unless a file is given

`--fresh`: each flow finds no connection of another, and WireGuard sessions that are there already.
`--apart`: a flow leaves nothing under way that another could meet (apart.py).
`--starved`: flows during which the kernel had no room for its own ICMP say so.
`--save`: at the end, what the tools print of the tables that the plan has (saved.py).
"""
import argparse, json, os, platform, sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import story
from forwarder import start_forwarders
from load import load
from netns import die_with_parent, leave_host, lock_file
from owner import leave_groups
from saved import saved
from starved import starvation
from sockets import Loop, open_listeners, run_flow
from speaker import start_speakers
from trouble import Trouble
from wireguard import greet


def main():
    options = read_options()
    die_with_parent(options.parent)
    os.environ["PATH"] = os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/local/sbin:/usr/bin:/bin"
    with options.plan as file:
        plan = json.load(file)
    try:
        leave_host()
        leave_groups()
        result = execute(plan, options)
    except Trouble as trouble:
        result = {"kernel": platform.release(), "error": trouble.told}
    sys.stdout.write(json.dumps(result, separators=(",", ":")) + "\n")


def read_options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--trace", action="store_true")
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--apart", action="store_true")
    parser.add_argument("--starved", action="store_true")
    parser.add_argument("--save", action="store_true")
    parser.add_argument("--parent", type=int)
    parser.add_argument("plan", nargs="?", type=argparse.FileType(), default=sys.stdin)
    return parser.parse_args()


def execute(plan, options):
    with lock_file():
        spaces, tuns = load(plan)
    loop = Loop()
    start_forwarders(loop, tuns)
    start_speakers(loop, plan, spaces)
    if options.fresh:
        greet(plan, spaces)
    servers = open_listeners(loop, spaces, plan.get("listeners", []))
    evidence = open_evidence(plan, spaces, loop) if options.trace else None
    forget = forgetter(plan, spaces) if options.fresh else lambda: None
    part = parting(plan, spaces, loop, servers) if options.apart else None
    count = starvation(spaces) if options.starved else None
    asked = plan.get("probes", [])
    story.tools_of(asked)
    netns, kept, probes, clock = {}, {}, [], story.Clock()
    for i, probe in enumerate(asked):
        story.go_on(loop, spaces, servers, probe, ["probes", i], clock)
        rules = evidence.renew(probe.get("change", {}), spaces) if evidence is not None else {}
        netns[probe["id"]] = probe["netns"] if "reuse" not in probe else netns[probe["reuse"]]
        flows = run_probe(loop, spaces[netns[probe["id"]]], probe, evidence, forget, kept, count, part)
        clock.flowed(flows)
        listed = {name: story.connections(spaces[name]) for name in probe.get("conntrack", [])}
        extra = {"conntrack": listed, "rules": rules}
        probes.append({"id": probe["id"], "flows": flows, **{key: value for key, value in extra.items() if value}})
    ground = {} if evidence is None else {"ground": evidence.ground()}
    printed = {"saved": saved(plan, spaces)} if options.save else {}
    return {"kernel": platform.release(), "probes": probes, **ground, **printed}


def forgetter(plan, spaces):
    from forget import forgetter as make

    return make(plan, spaces)


def parting(plan, spaces, loop, servers):
    from apart import part_flows

    return part_flows(plan, spaces, loop, servers)


def open_evidence(plan, spaces, loop):
    from evidence import Evidence

    return Evidence(plan, spaces, loop)


def run_probe(loop, fd, probe, evidence, forget, kept, count, part):
    flows = []
    for _ in range(probe.get("count", 1)):
        if "reuse" not in probe:
            forget()
        if evidence is not None:
            evidence.begin()
        before = count() if count else 0
        flow = run_flow(loop, fd, probe, kept, part)
        if count and count() != before:
            flow["starved"] = True
        if evidence is not None:
            flow["evidence"] = evidence.end()
        flows.append(flow)
    return flows


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        os._exit(130)
