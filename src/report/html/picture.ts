/**
 * An outcome as a picture: nodes with their namespaces in the order the packets first meet them, from top to bottom, and beside one another the tracks:
 * the request's way, and the reply's. A way that turns back goes on in a track of its own, so that along one track it never turns. In each cell
 * stand the stations: devices, translations, tunnels, rules, and the end.
 */
import type { RecordedHop, RecordedOutcome } from '../../trace/recorded-trace.js';

export type Leg = 'request' | 'reply';
export type StationKind = 'device' | 'route' | 'rules' | 'nat' | 'tunnel' | 'drop' | 'answer' | 'deliver';

export interface Station {
  readonly kind: StationKind;
  readonly label: string;
  readonly detail: string;
  readonly leg: Leg;
  /** The hops it stands for, as their places in their leg: from, to. */
  readonly from: number;
  readonly to: number;
  /** The tunnels the packet is in after it, outermost last. */
  readonly inside: readonly string[];
}

export interface Track {
  readonly leg: Leg;
  readonly down: boolean;
}

export interface Space {
  readonly netns: string;
  /** One for each track, in the order of the way. */
  readonly cells: readonly (readonly Station[])[];
}

export interface PictureNode {
  readonly name: string;
  readonly spaces: readonly Space[];
}

export interface Picture {
  readonly tracks: readonly Track[];
  readonly nodes: readonly PictureNode[];
}

interface Visit {
  readonly leg: Leg;
  readonly netns: string;
  readonly stations: readonly Station[];
}

export function pictureOf(outcome: Pick<RecordedOutcome, 'request' | 'reply'>): Picture {
  const rows = rowsOf([...outcome.request, ...outcome.reply]);
  const order = new Map(rows.flatMap(({ spaces }) => spaces).map((netns, i) => [netns, i]));
  const tracks: Track[] = [];
  const cells = new Map<string, Station[][]>();
  for (const leg of ['request', 'reply'] as const) {
    let last: number | undefined;
    let isOpen = false;
    for (const visit of visitsOf(outcome[leg], leg)) {
      const row = order.get(visit.netns) as number;
      const down = last === undefined ? leg === 'request' : row > last;
      const track = tracks.at(-1);
      if (!isOpen || track === undefined) {
        tracks.push({ leg, down });
        isOpen = true;
      } else if (track.down !== down) {
        // The first step alone says which way a track goes.
        if (cellCount(cells, tracks.length - 1) === 1) tracks[tracks.length - 1] = { leg, down };
        else tracks.push({ leg, down });
      }
      const own = cells.get(visit.netns) ?? [];
      cells.set(visit.netns, own);
      own[tracks.length - 1] = [...(own[tracks.length - 1] ?? []), ...visit.stations];
      last = row;
    }
  }
  const nodes = rows.map(({ name, spaces }) => ({
    name,
    spaces: spaces.map((netns) => ({ netns, cells: tracks.map((_, i) => cells.get(netns)?.[i] ?? []) })),
  }));
  return { tracks, nodes };
}

function cellCount(cells: ReadonlyMap<string, readonly (readonly Station[])[]>, track: number): number {
  return [...cells.values()].filter((own) => own[track] !== undefined).length;
}

/** A node met again takes its new namespace in. */
function rowsOf(hops: readonly RecordedHop[]): readonly { readonly name: string; readonly spaces: readonly string[] }[] {
  const nodes = new Map<string, Set<string>>();
  for (const { node, netns } of hops) nodes.set(node, (nodes.get(node) ?? new Set()).add(netns));
  return [...nodes].map(([name, spaces]) => ({ name, spaces: [...spaces] }));
}

function visitsOf(hops: readonly RecordedHop[], leg: Leg): readonly Visit[] {
  const visits: { leg: Leg; netns: string; stations: Station[] }[] = [];
  let inside: readonly string[] = [];
  for (const [i, hop] of hops.entries()) {
    let visit = visits.at(-1);
    if (visit?.netns !== hop.netns) {
      visit = { leg, netns: hop.netns, stations: [] };
      visits.push(visit);
    }
    if (hop.stage === 'encapsulate') inside = [tunnelName(hop), ...inside];
    if (hop.stage === 'decapsulate') inside = inside.slice(1);
    const station = stationOf(hop);
    const before = visit.stations.at(-1);
    if (station === undefined || (before !== undefined && isSame(before, station))) {
      // What has no station of its own belongs to the one before, or, where there is none, to the one after.
      if (before !== undefined) visit.stations[visit.stations.length - 1] = { ...before, to: i, inside };
      continue;
    }
    if (before?.kind === 'drop' && station.kind === 'drop') {
      // The hook that drops, and what became of the packet, are one end.
      visit.stations[visit.stations.length - 1] = { ...before, ...station, to: i };
      continue;
    }
    const from = before === undefined ? firstOf(hops, i) : i;
    visit.stations.push({ ...station, leg, from, to: i, inside });
  }
  return visits.filter(({ stations }) => stations.length > 0);
}

function firstOf(hops: readonly RecordedHop[], at: number): number {
  let first = at;
  while (first > 0 && hops[first - 1]?.netns === hops[at]?.netns) first--;
  return first;
}

function isSame(a: Pick<Station, 'kind' | 'label'>, b: Pick<Station, 'kind' | 'label'>): boolean {
  return a.kind === 'device' && b.kind === 'device' && a.label === b.label;
}

function tunnelName({ change }: RecordedHop): string {
  return /\bin (\S+)/.exec(change ?? '')?.[1] ?? 'tunnel';
}

function stationOf(hop: RecordedHop): Pick<Station, 'kind' | 'label' | 'detail'> | undefined {
  const { stage, device, change, rules, verdict } = hop;
  switch (stage) {
    case 'rx':
    case 'tx':
    case 'bridge':
      return { kind: 'device', label: device ?? '', detail: '' };
    case 'route':
      return { kind: 'route', label: `route: ${verdict.replace(/ by .*/, '')}`, detail: verdict.replace(/^\S+ by /, '') };
    case 'encapsulate':
    case 'decapsulate':
      return { kind: 'tunnel', label: change ?? stage, detail: device ?? '' };
    case 'drop':
      return { kind: 'drop', label: verdict, detail: change ?? '' };
    case 'answer':
      return { kind: 'answer', label: 'answers', detail: change ?? '' };
    case 'deliver':
      return { kind: 'deliver', label: 'delivered', detail: '' };
    case 'arp':
      return undefined;
    default:
      if (verdict !== 'accept') return { kind: 'drop', label: verdict, detail: stage };
      if (change !== null) return { kind: 'nat', label: change, detail: stage };
      return rules.length === 0
        ? undefined
        : { kind: 'rules', label: `${stage}: ${rules.length} ${rules.length === 1 ? 'rule' : 'rules'}`, detail: '' };
  }
}
