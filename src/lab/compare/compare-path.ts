/**
 * Whether two kernels took a flow the same way: the same packets, and of each the same taps and hooks in the same order within a
 * namespace, with the same rules (table, chain, position), marks, TTLs, devices and translations. Not compared: ARP and neighbour
 * discovery, which depends on what was known before; what a real socket says beside the handshake and the answer (acknowledgements, its
 * farewell); and ports picked freely, which have to be used alike.
 */
import type { HookStep, Path, PathOfPacket, PathStep } from '../../trace/path.js';
import type { Difference } from './compare-flow.js';
import { PortNames } from './port-names.js';

/** Neighbour and router discovery, and multicast listeners, of IPv6. */
const DISCOVERY = / icmp 1(3[0-7]|43)\/0$/;
/** What the simulated kernel always has where the real one does. */
const TELLING = /tcp (S\.?|R\.?)$| icmp | udp$| sctp (INIT|INIT ACK|COOKIE ECHO|COOKIE ACK|DATA|ABORT)$/;

export function comparePath(simulated: Path, real: Path, ports: PortNames): Difference | undefined {
  const rest = real.packets.filter(isCompared);
  for (const packet of simulated.packets.filter(isCompared)) {
    const i = rest.findIndex((one) => ports.same(withoutQuote(packet.packet), withoutQuote(one.packet)));
    const twin = rest[i];
    if (twin === undefined && isOvertaken(packet, real)) continue;
    if (twin === undefined)
      return {
        what: 'packets',
        simulated: packet.packet,
        real: `no such packet among ${rest.map((one) => one.packet).join('; ') || 'none'}`,
      };
    rest.splice(i, 1);
    const difference = comparePacket(packet, twin, ports);
    if (difference !== undefined) return difference;
  }
  const more = rest.find(
    (one) =>
      TELLING.test(one.packet) && !simulated.packets.some((known) => ports.same(withoutQuote(known.packet), withoutQuote(one.packet))),
  );
  return more === undefined ? undefined : { what: 'packets', simulated: 'no such packet', real: more.packet };
}

/** Of an error what it quotes: its maker may quote what it is translated from, and taps compare it. */
function withoutQuote(packet: string): string {
  return packet.replace(/ about .*/, '');
}

/** What a real client would have said had an error about what it said before not come first: the simulated one says both at once. */
function isOvertaken({ packet }: PathOfPacket, real: Path): boolean {
  return packet.endsWith(' tcp P.') && real.packets.some((one) => / icmp (3|11|1)\/\d+ /.test(one.packet));
}

/** What an error quotes of a tunnel's packet has a source port that is a hash. */
function withoutHash(packet: string): string {
  return packet.replace(/( about \S+):\d+ > (\S+:(?:8472|4789))$/, '$1 > $2');
}

function isCompared(packet: PathOfPacket): boolean {
  return !packet.packet.startsWith('arp ') && !DISCOVERY.test(packet.packet);
}

function comparePacket(simulated: PathOfPacket, real: PathOfPacket, ports: PortNames): Difference | undefined {
  const names = [...new Set([...simulated.steps, ...real.steps].map((step) => step.ns))];
  // A port that one namespace picked is seen in all behind it.
  for (const ns of names) learnPorts(hooksIn(simulated, ns), hooksIn(real, ns), ports);
  for (const ns of names) {
    const mine = floodInOrder(simulated.steps.filter((step) => step.ns === ns));
    const theirs = floodInOrder(real.steps.filter((step) => step.ns === ns && !isDetour(step, real.steps)));
    for (let i = 0; i < Math.max(mine.length, theirs.length); i++) {
      const difference = compareStep(mine[i], theirs[i], ports);
      if (difference === undefined) continue;
      const steps = { simulated: upTo(simulated.steps, mine[i]), real: upTo(real.steps, theirs[i]) };
      return { ...difference, what: `${difference.what} in step ${i + 1} in ${ns} of ${simulated.packet}`, steps };
    }
  }
  return undefined;
}

/** A bridge's copies of one frame leave one after another, each with its hooks before it: here by the names of the devices. */
function floodInOrder(steps: readonly PathStep[]): readonly PathStep[] {
  const sorted: PathStep[] = [];
  let copies: PathStep[][] = [];
  let copy: PathStep[] = [];
  const flush = (): void => {
    sorted.push(...copies.toSorted((a, b) => (leavesBy(a) < leavesBy(b) ? -1 : 1)).flat());
    copies = [];
  };
  for (const step of steps) {
    copy.push(step);
    if (isHook(step) && step.hook !== 'prerouting') continue;
    const last = copies.at(-1)?.at(-1);
    if (last === undefined || !isCopy(last, step) || copy.some((one) => !isHook(one) && one.rx !== undefined)) flush();
    if (!isHook(step) && step.tx !== undefined) copies.push(copy);
    else sorted.push(...copy);
    copy = [];
  }
  flush();
  return [...sorted, ...copy];
}

function leavesBy(copy: readonly PathStep[]): string {
  const last = copy.at(-1);
  return last !== undefined && !isHook(last) ? (last.tx ?? '') : '';
}

function isCopy(one: PathStep, other: PathStep): boolean {
  return !isHook(one) && !isHook(other) && one.tx !== undefined && other.tx !== undefined && one.pkt === other.pkt;
}

function hooksIn(packet: PathOfPacket, ns: string): readonly HookStep[] {
  return packet.steps.filter((step) => step.ns === ns).filter(isHook);
}

/** Only source translation picks ports at random. */
function learnPorts(mine: readonly HookStep[], theirs: readonly HookStep[], ports: PortNames): void {
  for (const [i, step] of mine.entries()) {
    const other = theirs[i];
    const translates = step.hook === 'postrouting' || step.hook === 'input';
    if (translates && other?.hook === step.hook && step.becomes !== null) ports.learn(step.becomes, other.becomes ?? other.pkt);
  }
}

function upTo(steps: readonly PathStep[], last: PathStep | undefined): readonly PathStep[] {
  return last === undefined ? steps : steps.slice(0, steps.indexOf(last) + 1);
}

/** Of a bridge whose neighbour is not resolved yet: it sends by itself what it bridges. */
function isDetour(step: PathStep, steps: readonly PathStep[]): boolean {
  if (isHook(step) || step.tx === undefined) return false;
  const here = steps.filter((one) => one.ns === step.ns);
  const bridged = here.some((one) => isHook(one) && one.hook === 'prerouting' && one.iif === step.tx);
  return bridged && !here.some((one) => !isHook(one) && one.rx === step.tx);
}

function compareStep(mine: PathStep | undefined, theirs: PathStep | undefined, ports: PortNames): Difference | undefined {
  if (mine === undefined || theirs === undefined) return { what: 'presence', simulated: stepText(mine), real: stepText(theirs) };
  if (placeOf(mine) !== placeOf(theirs)) return { what: 'place', simulated: stepText(mine), real: stepText(theirs) };
  const hooks = isHook(mine) && isHook(theirs);
  if (!ports.same(withoutHash(mine.pkt), withoutHash(theirs.pkt)) && !isOuterOf(mine.pkt, theirs.pkt))
    return { what: 'packet', simulated: mine.pkt, real: theirs.pkt };
  return hooks ? compareHook(mine, theirs, ports) : undefined;
}

/** A tunnel's packet that no tap saw: of its hook's evidence there are the outer headers alone. */
function isOuterOf(mine: string, theirs: string): boolean {
  const [, src, dst, ttl] = / \[vxlan vni=\d+ (\S+)>(\S+) ttl=(\d+)\]$/.exec(mine) ?? [];
  const [, from, to, left] = /^\[?(\S+?)\]?:\d+ > \[?(\S+?)\]?:\d+ ttl (\d+) udp$/.exec(theirs) ?? [];
  return src !== undefined && src === from && dst === to && ttl === left;
}

function compareHook(mine: HookStep, theirs: HookStep, ports: PortNames): Difference | undefined {
  const rules = (step: HookStep): string => step.rules.map((rule) => `${rule.table} ${rule.chain} ${rule.index}`).join(', ');
  if (rules(mine) !== rules(theirs)) return { what: 'rules', simulated: rules(mine), real: rules(theirs) };
  if (mine.mark !== theirs.mark) return { what: 'mark', simulated: hex(mine.mark), real: hex(theirs.mark) };
  if (mine.verdict !== theirs.verdict) return { what: 'verdict', simulated: mine.verdict, real: theirs.verdict };
  if (mine.ct !== null && theirs.ct !== null && mine.ct !== theirs.ct) return { what: 'ct', simulated: mine.ct, real: theirs.ct };
  // Where a packet is lost in a hook nobody sees what had become of it.
  if (mine.verdict === 'lost') return undefined;
  const becomes = [mine.becomes ?? mine.pkt, theirs.becomes ?? theirs.pkt] as const;
  // What rules of the chain that stops a packet did to it before is not told: its first event alone has the headers.
  const stopped = mine.verdict !== 'accept';
  const [one, other] = stopped ? becomes.map((text) => text.replace(/ ttl \d+/, '')) : becomes;
  return ports.same(one ?? '', other ?? '') || isOuterOf(...becomes)
    ? undefined
    : { what: 'becomes', simulated: becomes[0], real: becomes[1] };
}

function isHook(step: PathStep): step is HookStep {
  return 'hook' in step;
}

function placeOf(step: PathStep): string {
  if (isHook(step)) return `${step.hook} ${step.iif ?? '-'} ${step.oif ?? '-'}`;
  return step.rx === undefined ? `tx ${step.tx}` : `rx ${step.rx}`;
}

/** One line, as differences show it. */
export function stepText(step: PathStep | undefined): string {
  if (step === undefined) return 'no such step';
  const rules = isHook(step) ? step.rules.map((rule) => ` ${rule.chain}#${rule.index}`).join('') : '';
  const end = isHook(step) ? `${step.becomes === null ? '' : ` => ${step.becomes}`} ${step.verdict}` : '';
  return `${step.ns} ${placeOf(step)}: ${step.pkt}${rules}${end}`;
}

function hex(mark: number): string {
  return `0x${mark.toString(16)}`;
}
