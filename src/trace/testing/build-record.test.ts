/** Small builders of what a kernel records, for the tests of this folder. Addresses are text, `ip:port`. */
import assert from 'node:assert/strict';
import { type Ip, parseIp } from '../../base/ip.js';
import { type IpPacket, PROTO } from '../../packet/ip-packet.js';
import type { TcpFlags } from '../../packet/tcp.js';
import type { HookEvent, NatChange, NatKind, RuleHit, TableName, TraceEvent } from '../event.js';
import type { FlowRecord, SocketAddress } from '../flow-record.js';
import type { Naming } from '../naming.js';

export function ip(text: string): Ip {
  return parseIp(text) ?? assert.fail(text);
}

export function socket(text: string): { ip: Ip; port: number } {
  const [address = '', port = ''] = text.split(':');
  return { ip: ip(address), port: Number(port) };
}

export function tcp(from: string, to: string, flags: TcpFlags = 'S'): IpPacket {
  const [src, dst] = [socket(from), socket(to)];
  const mss = flags.startsWith('S') ? 1410 : undefined;
  const l4 = { kind: 'tcp', sport: src.port, dport: dst.port, flags, seq: 0, ack: flags.includes('.') ? 1 : 0, mss, length: 0 } as const;
  return { src: src.ip, dst: dst.ip, ttl: 64, tos: 0, id: 0, df: true, proto: PROTO.tcp, l4 };
}

export function icmpError(from: string, about: IpPacket, type: number, code: number): IpPacket {
  const l4 = { kind: 'icmp', type, code, id: 0, seq: 0, about, length: 0 } as const;
  return { src: ip(from), dst: about.src, ttl: 64, tos: 0, id: 0, df: false, proto: PROTO.icmp, l4 };
}

export function vxlan(from: string, to: string, packet: IpPacket): IpPacket {
  const [src, dst] = [socket(from), socket(to)];
  const frame = { kind: 'ip', src: 1, dst: 2, packet } as const;
  const l4 = { kind: 'udp', sport: src.port, dport: dst.port, length: 0, vxlan: { vni: 1, frame } } as const;
  return { src: src.ip, dst: dst.ip, ttl: 64, tos: 0, id: 0, df: false, proto: PROTO.udp, l4 };
}

export function hit(table: TableName, chain: string, index: number, text: string): RuleHit {
  return { table, chain, index, text };
}

export function nat(kind: NatKind, side: 'src' | 'dst', from: string, to: string, rule?: RuleHit): NatChange {
  const [a, b] = [socket(from), socket(to)];
  return { kind, side, fromIp: a.ip, fromPort: a.port, toIp: b.ip, toPort: b.port, rule };
}

/** What is left of an event when namespace, time, leg and packet are the script's. */
type Bare<E> = E extends TraceEvent ? Omit<E, 't' | 'netns' | 'leg' | 'packet'> : never;
export type Step = Bare<TraceEvent>;

/** Events in order, one µs apart; `at` moves to a namespace, `leg` to the next packet of the flow. */
export class Script {
  readonly events: TraceEvent[] = [];
  private netns = '';
  private legNow = 0;
  private packet: IpPacket | undefined;

  at(netns: string): this {
    this.netns = netns;
    return this;
  }
  leg(leg: number): this {
    this.legNow = leg;
    return this;
  }
  sees(packet: IpPacket): this {
    this.packet = packet;
    return this;
  }
  add(step: Step): this {
    const packet = this.packet ?? assert.fail('no packet');
    this.events.push({ ...step, t: 100 + this.events.length, netns: this.netns, leg: this.legNow, packet });
    return this;
  }
  tx(...devices: string[]): this {
    for (const device of devices) this.add({ kind: 'tx', device });
    return this;
  }
  rx(...devices: string[]): this {
    for (const device of devices) this.add({ kind: 'rx', device });
    return this;
  }
  route(decision: 'local' | 'forward' | 'output', device: string, route: string): this {
    return this.add({ kind: 'route', decision, device, gateway: undefined, route });
  }
  hook(
    hook: HookEvent['hook'],
    more: Partial<Pick<HookEvent, 'rules' | 'nat' | 'becomes' | 'verdict' | 'inDevice' | 'outDevice'>> = {},
  ): this {
    const becomes = more.becomes ?? this.packet ?? assert.fail('no packet');
    const own = { inDevice: undefined, outDevice: undefined, rules: [], nat: [], mark: 0, state: 'NEW', verdict: 'accept' } as const;
    this.add({ kind: 'hook', hook, ...own, ...more, becomes });
    return this.sees(becomes);
  }
  drop(more: Partial<Extract<Step, { kind: 'drop' }>> & Pick<Extract<Step, { kind: 'drop' }>, 'reason'>): this {
    return this.add({ kind: 'drop', device: undefined, hook: undefined, rule: undefined, detail: '', ...more });
  }
  answer(type: number, code: number, from: string): this {
    return this.add({ kind: 'answer', with: type < 0 ? 'tcp-reset' : 'icmp', type, code, from: ip(from) });
  }
  deliver(device: string, listener?: string): this {
    return this.add({ kind: 'deliver', device, listener });
  }
}

export function record(script: Script, local: string, remote: string, more: Partial<FlowRecord> = {}): FlowRecord {
  const own = {
    verdict: 'delivered',
    server: undefined,
    seenSrc: undefined,
    seenDst: undefined,
    errno: undefined,
    icmp: undefined,
  } as const;
  const ends = { local: socket(local) as SocketAddress, remote: socket(remote) as SocketAddress };
  return { ...own, ...ends, elapsed: 10, pathMtu: 1450, events: script.events, ...more };
}

/** Pods a and b on node1 and node2; every rule is there for Service web. */
export const NAMING: Naming = {
  node: (netns) => ({ 'pod.default.a': 'node1', 'pod.default.b': 'node2' })[netns] ?? netns,
  endpointOfListener: (id) => `pod/default/${id.split('-')[0]}`,
  endpointOfNetns: (netns) => (netns.startsWith('pod.') ? netns.replaceAll('.', '/') : `node/${netns}`),
  explain: (rule) => (rule.index === 0 ? null : { kind: 'Service', namespace: 'default', name: 'web', detail: 'it has no endpoints' }),
};
