/**
 * The lines of a packet's path: the one vocabulary in which paths are written in specs, matched and printed. A line is a device that
 * sees the packet (`cni0`, `flannel.1 encapsulates in VXLAN`, `eth0 delivered`), a netfilter hook that changes or stops it
 * (`nat KUBE-SEP-X DNAT to 10.244.2.3:80`, `filter FORWARD DROP`), or a drop elsewhere (`dropped NEIGH_FAILED`). Hooks that only
 * let it pass, and routing, are quiet lines: they can be matched where gaps are allowed and are not printed. A bridge port's PREROUTING
 * (br_netfilter) already belongs to the bridge: its device's line comes before what that hook changes.
 */
import type { Hop, RuleText, Stage } from '../trace/trace.js';
import { ownWay } from './own-way.js';
import { isUnderlay, placeName } from './place.js';

export interface HopLine {
  readonly where: string;
  readonly netns: string;
  readonly node: string;
  /** Every wording that means this line; the first is the one to print. */
  readonly texts: readonly string[];
  readonly quiet: boolean;
  /** What lies between the nodes is no part of an exact path unless the path speaks of it. */
  readonly underlay: boolean;
  readonly hops: readonly Hop[];
  /** Of a device's line: the device, and the event seen last. */
  readonly device: string | undefined;
  readonly stage: Stage;
}

/** Two events in a row that are one sight of a packet on one device. */
const SAME_SIGHT: Readonly<Partial<Record<Stage, readonly Stage[]>>> = {
  rx: ['deliver', 'bridge', 'decapsulate', 'drop'],
  tx: ['bridge', 'encapsulate'],
  bridge: ['rx', 'deliver', 'drop'],
  encapsulate: ['tx'],
  decapsulate: ['rx', 'drop'],
  prerouting: ['bridge', 'rx'],
};

export function hopLines(hops: readonly Hop[], currentNamespace: string): readonly HopLine[] {
  const lines: HopLine[] = [];
  let device = -1;
  let loud = -1;
  for (const hop of ownWay(hops)) {
    const sight = lines[device];
    if (joins(sight, hop, device === loud)) {
      lines[device] = deviceLine([...sight.hops, hop], hop, currentNamespace);
      continue;
    }
    if (entersBridge(sight, hop)) {
      lines.push(deviceLine([], hop, currentNamespace));
      device = loud = lines.length - 1;
    }
    const line = lineOf(hop, lines[loud], currentNamespace);
    lines.push(line);
    if (!line.quiet) loud = lines.length - 1;
    if (line.device !== undefined) device = lines.length - 1;
  }
  return lines;
}

/** `adjacent`: nothing was printed since; only a bridge's own events may come later, for its port's hook runs before them. */
function joins(line: HopLine | undefined, hop: Hop, adjacent: boolean): line is HopLine {
  if (line === undefined || line.netns !== hop.netns || line.device !== hop.device) return false;
  if (hop.device === 'lo' && line.stage === 'tx' && hop.stage === 'rx') return adjacent;
  const entering = line.hops.length === 0 || (line.stage === 'bridge' && hop.stage === 'rx');
  return (adjacent || entering) && (SAME_SIGHT[line.stage]?.includes(hop.stage) ?? false);
}

function entersBridge(line: HopLine | undefined, hop: Hop): boolean {
  if (hop.stage !== 'prerouting' || hop.device === null || line === undefined) return false;
  return line.netns === hop.netns && line.stage === 'rx' && line.device !== hop.device;
}

function lineOf(hop: Hop, last: HopLine | undefined, current: string): HopLine {
  switch (hop.stage) {
    case 'rx':
    case 'tx':
    case 'bridge':
    case 'encapsulate':
    case 'decapsulate':
    case 'deliver':
      return deviceLine([hop], hop, current);
    case 'drop':
      return makeLine([hop], dropTexts(hop), alreadyStopped(last, hop), current);
    case 'route':
    case 'arp':
      return makeLine([hop], [`${hop.stage} ${hop.change ?? hop.verdict}`], true, current);
    case 'answer':
      return makeLine([hop], [`answers ${hop.change ?? hop.verdict}`], alreadyStopped(last, hop), current);
    case 'prerouting':
    case 'input':
    case 'forward':
    case 'output':
    case 'postrouting':
      return hookLine(hop, current);
  }
}

function deviceLine(hops: readonly Hop[], last: Hop, current: string): HopLine {
  const device = last.device ?? '?';
  const events = hops.flatMap((hop) => eventOf(hop));
  const texts = [...events.map((event) => `${device} ${event}`).reverse(), device];
  if (last.stage === 'drop') texts.push(`dropped ${last.verdict}`);
  return { ...makeLine([last], texts, false, current), hops, device, stage: last.stage };
}

function eventOf(hop: Hop): readonly string[] {
  if (hop.stage === 'deliver') return ['delivered'];
  if (hop.stage === 'drop') return [`dropped ${hop.verdict}`];
  return hop.change !== null && (hop.stage === 'encapsulate' || hop.stage === 'decapsulate') ? [hop.change] : [];
}

/** A hook is worth a printed line where it translates or stops the packet. */
function hookLine(hop: Hop, current: string): HopLine {
  const change = hop.change === null ? [] : changeTexts(hop, hop.change);
  const stopped = hop.verdict === 'drop' || hop.verdict === 'reject' ? stopTexts(hop) : [];
  const passed = hop.rules.flatMap((rule) => [`${rule.table} ${rule.chain}${targetOf(rule)}`, `${rule.table} ${rule.chain}`]);
  // A line needs a word even where nothing in the hook matched.
  return makeLine([hop], [...change, ...stopped, ...passed, hop.stage], change.length + stopped.length === 0, current);
}

/**
 * Any chain on the way to the rule names the line; the chain of the deciding rule is printed. MASQUERADE is a kind of SNAT. A table of nftables may hold
 * chains of every type: there the rule that translates is known by its words.
 */
function changeTexts(hop: Hop, change: string): readonly string[] {
  const nat = hop.rules.filter((rule) => rule.table === 'nat' || rule.table.includes(' ')).reverse();
  const deciding = nat.findIndex((rule) => rule.table === 'nat' || NFT_TRANSLATION.test(rule.text));
  const chains = [...new Set([...nat.slice(Math.max(0, deciding)), ...nat].map((rule) => rule.chain))];
  const changes = change.split(', ');
  const wordings = (changes.length > 1 ? [change, ...changes] : changes).flatMap((one) =>
    one.startsWith('MASQUERADE ') ? [one, one.replace('MASQUERADE', 'SNAT')] : [one],
  );
  const named = chains.flatMap((chain) => wordings.map((one) => `nat ${chain} ${one}`));
  const plain = wordings.map((one) => `nat ${one}`);
  return (chains[0]?.length ?? 0) > CHAIN_PRINTED_MAX ? [...plain, ...named] : [...named, ...plain];
}

/** A longer name says no more than the address that follows it, and leaves no room for it. */
const CHAIN_PRINTED_MAX = 32;
const NFT_TRANSLATION = /\b(?:dnat|snat|masquerade|redirect)\b/;

function stopTexts(hop: Hop): readonly string[] {
  const verdict = hop.verdict.toUpperCase();
  const rules = [...hop.rules].reverse();
  return rules.length === 0 ? [`${hop.stage} ${verdict}`] : rules.map((rule) => `${rule.table} ${rule.chain} ${verdict}`);
}

function dropTexts(hop: Hop): readonly string[] {
  const rules = [...hop.rules].reverse().map((rule) => `${rule.table} ${rule.chain} DROP`);
  return [...rules, ...(hop.device === null ? [] : [`${hop.device} dropped ${hop.verdict}`]), `dropped ${hop.verdict}`];
}

/** ` ACCEPT` of a rule that ends in `-j ACCEPT`. */
function targetOf(rule: RuleText): string {
  const target = /(?:^|\s)-[jg] (\S+)/.exec(rule.text)?.[1];
  return target === undefined ? '' : ` ${target}`;
}

/** A hook that stopped the packet is followed by the event that says so again. */
function alreadyStopped(last: HopLine | undefined, hop: Hop): boolean {
  const stop = last?.hops.at(-1);
  return stop !== undefined && stop.netns === hop.netns && ['drop', 'reject'].some((word) => stop.verdict === word || stop.stage === word);
}

function makeLine(hops: readonly Hop[], texts: readonly string[], quiet: boolean, current: string): HopLine {
  const hop = hops[0] as Hop;
  return {
    where: placeName(hop.netns, current),
    netns: hop.netns,
    node: hop.node,
    texts: [...new Set(texts)],
    quiet,
    underlay: isUnderlay(hop.netns),
    hops,
    device: undefined,
    stage: hop.stage,
  };
}
