/**
 * docs/fidelity.md: which matches, targets, device kinds, sysctls and routes are held to Linux's own answers, by which kept cases, and
 * what is not modelled. A thing counts as covered where a plan that was put to Linux speaks of it.
 */
import { MATCHES, TARGETS, UNMODELLED_MATCHES, UNMODELLED_TARGETS } from '../../plan/rule/extensions.js';
import { KERNELS } from './kernels.js';
import { ROUTE_TYPES } from '../../plan/iproute2/route.js';

/** A file with plans that Linux was asked about, and what is in it. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

interface Thing {
  readonly name: string;
  readonly pattern: RegExp;
  /** Of a setting: its value in the first group, and what it mostly is. One that is never anything else is not held to anything. */
  readonly values?: RegExp;
  readonly usual?: string;
  /** What to say of it in place of cases. */
  readonly instead?: string | undefined;
  /** This machine's kernel has no such thing. */
  readonly lacking?: boolean;
}

const KINDS = 'loopback veth bridge vxlan dummy ipip gre geneve wireguard tun vlan macvlan ipvlan'.split(' ');
/** What the kernel 6.18 at hand cannot make. */
/** Matches that it has, but nothing that they could be about. */
const GUEST_ONLY: ReadonlySet<string> = new Set(['sctp', 'ipvs']);
const LACKING = new Set(['dummy', 'ipip', 'gre', 'geneve', 'wireguard', 'vlan', 'ipvlan']);
/** Settings of the whole machine, which a namespace only reads. */
const OF_THE_MACHINE: ReadonlySet<string> = new Set(['net.netfilter.nf_conntrack_buckets', 'net.netfilter.nf_conntrack_max']);
const UNMODELLED_SETTINGS: ReadonlySet<string> = new Set(['net.ipv4.fib_multipath_use_neigh']);
const SELECTORS = 'from to iif oif fwmark lookup blackhole unreachable prohibit'.split(' ');

export interface Fidelity {
  readonly kernel: string;
  readonly sources: readonly Source[];
  readonly sysctls: readonly Sysctl[];
  readonly runs: readonly FuzzRun[];
  readonly mistakes: readonly PlantedMistake[];
}

/** A key of sysctl(8) that the simulated kernel asks for, and what a fresh namespace has. */
export interface Sysctl {
  readonly name: string;
  readonly usual: string;
}

/** As `npm run fuzz -- --note` notes them. */
export interface FuzzRun {
  readonly kind: string;
  readonly traced: boolean;
  readonly kernel: string;
  readonly seeds: string;
  readonly plans: number;
  readonly flows: number;
  readonly differences: number;
  readonly unsteady: number;
  readonly cannotSay: number;
}

/** As `node .ci/fuzz-mistakes.mjs --note` notes it. */
export interface PlantedMistake {
  readonly stage: string;
  readonly what: string;
  /** The kept case that notices it, and after how many random flows where it is one of those. */
  readonly by?: string;
  readonly within?: number;
  /** Why it makes no difference. */
  readonly why?: string;
}

export function fidelityText({ kernel, sources, sysctls, runs, mistakes }: Fidelity): string {
  const table = (title: string, things: readonly Thing[], unmodelled: Iterable<string> = []): string => {
    const rows = things.map((thing) => `| \`${thing.name}\` | ${thing.instead ?? coverage(sources, thing, kernel)} |`);
    const names = [...unmodelled].filter((name) => !things.some((thing) => thing.name === name)).sort();
    const rest = names.length === 0 ? '' : `\nNot modelled, and refused by name: ${names.map((name) => `\`${name}\``).join(', ')}.\n`;
    return `## ${title}\n| | put to Linux in |\n|---|---|\n${rows.join('\n')}\n${rest}`;
  };
  const word = (name: string, before: string): Thing => ({ name, pattern: new RegExp(`${before}${escaped(name)}(?![\\w-])`) });
  return [
    HEAD,
    KERNELS,
    table(
      'Matches',
      [...MATCHES.keys()].map((name) => ({ ...word(name, '-m '), lacking: GUEST_ONLY.has(name) })),
      UNMODELLED_MATCHES,
    ),
    table(
      'Targets',
      [...TARGETS.keys()].map((name) => word(name, '-j ')),
      UNMODELLED_TARGETS,
    ),
    table(
      'Devices',
      KINDS.map((name) => ({ name, lacking: LACKING.has(name), pattern: new RegExp(`kind"?: ?['"]${name}['"]|['"]${name}['"],`) })),
    ),
    `The kernel ${kernel} has no ${[...LACKING].join(', ')}: 6.1 was asked, and of WireGuard wireguard-go too.\n`,
    table('Sysctls', sysctls.map(setting)),
    table(
      'Types of routes',
      ROUTE_TYPES.map((name) => (name === 'unicast' ? { name, pattern: /default via / } : word(name, `["' ]`))),
    ),
    table(
      'Policy rules',
      SELECTORS.map((name) => ({ name, pattern: new RegExp(`["'][^"']*\\b${name} [^"']*(lookup|priority)`) })),
    ),
    runsText(runs),
    mistakesText(mistakes),
  ].join('\n');
}

function runsText(runs: readonly FuzzRun[]): string {
  if (runs.length === 0) return '';
  const rows = runs.map(
    ({ kind, traced, kernel, seeds, plans, flows, differences, unsteady, cannotSay }) =>
      `| ${kind}${traced ? ', hook by hook' : ''} | ${seeds} | ${plans}, of which ${cannotSay} say nothing | ${flows} | ${differences} | ${unsteady} | ${kernel} |`,
  );
  const head =
    'The last run of each kind that `npm run fuzz -- --note` noted. What differed then is kept in `fixtures/regressions` where it is mended.';
  return `## Random flows\n${head}\n\n| plans | seeds | how many | flows compared | differ | now so, now otherwise | Linux |\n|---|---|---|---|---|---|---|\n${rows.join('\n')}\n`;
}

function mistakesText(mistakes: readonly PlantedMistake[]): string {
  if (mistakes.length === 0) return '';
  const stages = [...new Set(mistakes.map(({ stage }) => stage))];
  const rows = stages.map((stage) => `| \`${stage}\` | ${stageText(mistakes.filter((one) => one.stage === stage))} |`);
  const [noticed, same] = [mistakes.filter(({ by }) => by !== undefined).length, mistakes.filter(({ why }) => why !== undefined).length];
  const head = `Conditions turned in a copy of the simulated kernel by \`node .ci/fuzz-mistakes.mjs --note\`, up to four in each stage, and every match and target
that does the wrong thing: ${noticed} of ${mistakes.length} are noticed by the kept answers of Linux, ${same} make no difference to a packet (\`.ci/mistakes/equivalent.mjs\` says why), ${mistakes.length - noticed - same} are not noticed.
Of ${stages.length} stages ${stages.filter((stage) => isSoon(mistakes, stage)).length} have one that a run of random flows of one kind notices within ${SOON} (\`fixtures/kernel/fuzz\`, each kind counted by itself; of single packets, \`segments\`, each conversation of the random cases in \`fixtures/kernel/conntrack\` is one flow); in ${stages.filter((stage) => mistakes.every((one) => one.stage !== stage || one.why !== undefined)).length} no mistake makes a difference; what is noticed in the others is by cases made by hand.`;
  return `## Planted mistakes\n${head}\n\n| stage | noticed | no difference | unnoticed | by random flows, after how many at best |\n|---|---|---|---|---|\n${rows.join('\n')}\n`;
}

/** So many random flows are soon. */
const SOON = 1000;

function isSoon(mistakes: readonly PlantedMistake[], stage: string): boolean {
  return mistakes.some((one) => one.stage === stage && one.within !== undefined && one.within <= SOON);
}

function stageText(planted: readonly PlantedMistake[]): string {
  const noticed = planted.filter(({ by }) => by !== undefined).length;
  const same = planted.filter(({ why }) => why !== undefined).length;
  const flows = planted.flatMap(({ within }) => within ?? []);
  const first = flows.length === 0 ? 'no' : `${flows.length}, after ${Math.min(...flows)}`;
  return [noticed, same, planted.length - noticed - same, first].join(' | ');
}

const HEAD = `# Held to Linux

Made by \`HOPSPEC_UPDATE_GOLDEN=1 npm run unit -- src/lab/fuzz/fidelity.test.ts\`. Each line names kept cases whose plans speak of the thing: Linux was
asked, its answers are kept, and a test compares the simulated kernel with them. \`npm run fuzz\` asks the machine's own kernel about new ones.
`;

/** So many cases are named, and not how many there are, so that the page hardly changes but with what is covered. */
const EXAMPLES = 2;

/** Cases that were written for something come first: of the random ones, and of what once differed, there are ever more. */
function rank(path: string): number {
  return path.startsWith('fixtures/regressions/') ? 2 : path.includes('seed-') ? 1 : 0;
}

function coverage(sources: readonly Source[], { pattern, values, usual, lacking }: Thing, kernel: string): string {
  const speaking = sources.filter(({ text }) => pattern.test(text));
  if (speaking.length === 0) return 'no kept case';
  const isOther = ({ text }: Source): boolean => values === undefined || [...text.matchAll(values)].some((each) => each[1] !== usual);
  const found = speaking
    .filter(isOther)
    .map(({ path }) => path)
    .sort((a, b) => rank(a) - rank(b))
    .map((path) => `\`${path}\``);
  if (found.length === 0) return 'its usual value only';
  const more = found.length > EXAMPLES ? ' and others' : '';
  return `${found.slice(0, EXAMPLES).join(', ')}${more} (${lacking === true ? 'Linux 6.1' : `Linux ${kernel}`})`;
}

/** A device's own key stands for any device's; where a case names the family by a variable, it is of both. */
function setting({ name, usual }: Sysctl): Thing {
  const key = escaped(name)
    .replace('DEVICE', '[\\w./${}]+')
    .replace(/(ipv[46])(?=\\.neigh)/, String.raw`(?:$1|\$\{family\})`);
  const instead = OF_THE_MACHINE.has(name)
    ? "the whole machine's: no namespace has its own"
    : UNMODELLED_SETTINGS.has(name)
      ? 'refused by name where it is not 0'
      : undefined;
  return { name, usual, instead, pattern: new RegExp(key), values: new RegExp(`${key}[\`'"]?\\]?: ?['"]?([^'",}]*)`, 'g') };
}

function escaped(text: string): string {
  return text.replaceAll(/[.+$]/g, String.raw`\$&`);
}
