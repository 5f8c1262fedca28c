/**
 * How many flows one core tells in a second. Each begins with fresh flow state: no connection, no socket of an earlier one; what is warm is
 * what a real node keeps (neighbours, learned addresses, route caches, compiled rules and what walks of them came to), and what became of
 * flows (src/kernel/recall): of one like an earlier one in all but its port the end is known when its client calls, and if it is recorded its
 * events too, which are delivered whole, the port put in; of a new one that is not recorded the end is mostly known where it leaves its node.
 * `flowsRecalled` of the work says how many; the kinds of new calls show what a walk costs that cannot be known from its call.
 */
import { alternating, makeWorld } from './world.mjs';

/** What is measured, and how far a flow goes for it. */
export const KINDS = {
  'verdict-only walk': { extent: 'packet', record: false, says: "one packet from the client's socket to its verdict, nothing recorded" },
  'walk of a new call': {
    extent: 'packet',
    record: false,
    once: true,
    says: 'a verdict-only walk of a call that none before was like, for no two wait for their answer equally long',
  },
  conversation: { extent: 'conversation', record: false, says: 'SYN, SYN-ACK, ACK and a byte each way, nothing recorded' },
  'full trace': {
    extent: 'answer',
    record: 'opening',
    says: 'the first packet and its answer, every hop, rule and change of both; recalled, so put together from what two walks of its call were told',
  },
  'full trace of a new call': {
    extent: 'answer',
    record: 'opening',
    once: true,
    says: 'the same, of a call that none before was like: walked hop by hop and recorded',
  },
};

const SLICE = 100;
const WARM_UP = 30_000;

/** Rates by the CPU time of the whole process, garbage collection included; and of slices that no other process disturbed. */
export async function measureWalks(mode, services, seconds) {
  const world = await makeWorld(mode, services);
  const { network, flows } = world;
  const oracle = alternating();
  const result = { mode, services, kinds: {} };
  let n = 0;
  const walk = (kind) => {
    network.reset();
    const record = network.probe(flows(n++, kind), oracle, kind.record);
    if (record.verdict !== 'delivered') throw new Error(`flow ${n - 1} in ${mode} mode: ${record.verdict}`);
    return record;
  };
  const start = performance.now();
  const first = walk(KINDS['full trace']);
  result.firstTraceMs = performance.now() - start;
  checkPositions(world, first.events);
  result.events = first.events.length;
  for (const [name, kind] of Object.entries(KINDS)) {
    for (let i = 0; i < WARM_UP; i++) walk(kind);
    checkPositions(world, walk(KINDS['full trace']).events);
    const before = network.counters;
    result.kinds[name] = rates(() => walk(kind), seconds);
    result.kinds[name].work = workPerWalk(before, network.counters, result.kinds[name].walks);
  }
  return result;
}

function rates(walk, seconds) {
  const cpu = process.cpuUsage();
  const slices = [];
  for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
    const start = performance.now();
    for (let i = 0; i < SLICE; i++) walk();
    slices.push(performance.now() - start);
  }
  const { user, system } = process.cpuUsage(cpu);
  slices.sort((a, b) => a - b);
  const walks = slices.length * SLICE;
  return {
    walks,
    perSecond: Math.round((walks / (user + system)) * 1e6),
    undisturbedPerSecond: Math.round((SLICE / slices[Math.floor(slices.length / 10)]) * 1000),
  };
}

function workPerWalk(before, after, walks) {
  return Object.fromEntries(Object.keys(after).map((key) => [key, Math.round(((after[key] - before[key]) / walks) * 100) / 100]));
}

/** Every rule that a trace names stands in the plan where it says. */
function checkPositions({ source }, events) {
  let checked = 0;
  for (const event of events) {
    for (const { table, chain, index, text } of event.rules ?? []) {
      if (index === 0) continue;
      const { iptables, nft } = source.netns(event.netns);
      const { chains } = table.includes(' ')
        ? nft.tables.find(({ family, name }) => `${family} ${name}` === table)
        : { chains: iptables.tables.get(table) };
      const rule = chains.get(chain)?.rules[index - 1];
      if (rule !== text) throw new Error(`${event.netns} ${table} ${chain} rule ${index} is not "${text}" but "${rule}"`);
      checked++;
    }
  }
  if (checked < 10) throw new Error(`a NodePort's way names ${checked} rules only`);
}

if (process.argv[2] === 'walks') {
  console.log(JSON.stringify(await measureWalks(process.argv[3], Number(process.argv[4]), Number(process.argv[5]))));
}
