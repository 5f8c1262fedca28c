/** What one corner plan is about, and the rules that most corners are: each lane of traffic meets one of them at the router. */
import type { Chance } from '../chance.js';
import type { ProbeDraft } from '../draft.js';
import type { CornerNetwork } from './corner-network.js';

/** Traffic by protocol and port. `back` is of the answers. */
export interface Lane {
  readonly proto: 'tcp' | 'udp' | 'icmp';
  readonly port: number;
  readonly six: boolean;
  readonly back: boolean;
}

/** Who asks whom: namespace, and the hosts as N.M of 10.0.N.M. */
export interface Way {
  readonly netns: string;
  readonly to: readonly string[];
}

export interface Corner {
  readonly name: string;
  /** Of one family. */
  readonly build: (net: CornerNetwork, six: boolean) => void;
  /** Where its probes go; from the client to the server unless given. */
  readonly ways?: readonly Way[];
  /** What its probes have besides. */
  readonly probe?: (chance: Chance, probe: ProbeDraft, six: boolean) => Partial<ProbeDraft>;
  /** It is of IPv4 or of IPv6 alone. */
  readonly only?: 4 | 6;
}

export const ACROSS: readonly Way[] = [{ netns: 'c', to: ['2.2', '2.2', '2.3'] }];
export const AT_THE_ROUTER: readonly Way[] = [...ACROSS, { netns: 'c', to: ['1.1'] }, { netns: 'r', to: ['2.2'] }];

/** What a corner's probes are of, and where they go. */
export const LANES = [
  ['tcp', 80],
  ['tcp', 443],
  ['tcp', 8080],
  ['udp', 53],
  ['udp', 5353],
  ['icmp', 0],
] as const;
const RULE_PERCENT = 85;
const BACK_PERCENT = 20;

/** Says what a lane's rule asks; undefined where it has nothing to ask there. */
export type Ask = (chance: Chance, lane: Lane) => string | undefined;

export interface AskOptions {
  readonly netns?: string;
  readonly table?: 'filter' | 'mangle' | 'raw';
  readonly chain?: string;
  /** Before the rules of the lanes. */
  readonly before?: (net: CornerNetwork, six: boolean) => void;
  readonly back?: boolean;
  readonly ways?: readonly Way[];
  readonly probe?: Corner['probe'];
  readonly only?: 4 | 6;
}

/** A corner of rules of one kind, each on its lane: most refuse what they hold for. */
export function asking(name: string, ask: Ask, options: AskOptions = {}): Corner {
  const { netns = 'r', table = 'filter', chain = 'FORWARD', before, back = true, ways, probe, only } = options;
  const build = (net: CornerNetwork, six: boolean): void => {
    before?.(net, six);
    for (const [proto, port] of LANES) {
      const { chance } = net;
      if (!chance.maybe(RULE_PERCENT)) continue;
      const lane = { proto, port, six, back: back && proto !== 'icmp' && chance.maybe(BACK_PERCENT) };
      const text = ask(chance, lane);
      if (text === undefined) continue;
      // Its protocol's own match stands once.
      const asked = text.replace(`-m ${proto} `, '');
      net.rule(netns, six, table, `${chain} ${laneText(lane)} ${asked} -j ${refusal(chance, lane, table)}`);
    }
  };
  return { name, build, ...(ways && { ways }), ...(probe && { probe }), ...(only && { only }) };
}

export function laneText({ proto, port, six, back }: Lane): string {
  if (proto === 'icmp') return `-p ${six ? 'ipv6-icmp' : 'icmp'}`;
  return `-p ${proto} -m ${proto} --${back ? 's' : 'd'}port ${port}`;
}

function refusal(chance: Chance, { proto, six, back }: Lane, table: string): string {
  if (table !== 'filter' || back || chance.maybe(30)) return 'DROP';
  if (proto === 'tcp' && chance.maybe(20)) return 'REJECT --reject-with tcp-reset';
  return chance.maybe(50) ? 'REJECT' : `REJECT --reject-with ${six ? 'icmp6-adm-prohibited' : 'icmp-admin-prohibited'}`;
}

export const not = (chance: Chance, percent = 25): string => (chance.maybe(percent) ? '! ' : '');

/** Later segments of a real socket would be counted too. */
export const fresh = '-m conntrack --ctstate NEW ';
