/**
 * An outcome as a picture: nodes with their namespaces in the order the packets first meet them, from top to bottom, and beside one another the tracks:
 * the request's way, and the reply's. A way that turns back goes on in a track of its own, so that along one track it never turns; only the underlay,
 * which lies between any two nodes, stands there each time the request crosses it. In each cell stand the stations: devices, translations, tunnels,
 * rules, and the end.
 */
import { isUnderlay } from '../../claim/place.js';
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
  /** Different for each. */
  readonly key: string;
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
  readonly node: string;
  readonly netns: string;
  readonly stations: readonly Station[];
}

interface Row {
  readonly key: string;
  readonly node: string;
  readonly netns: string;
}

export function pictureOf(outcome: Pick<RecordedOutcome, 'request' | 'reply'>): Picture {
  const visits = { request: visitsOf(outcome.request, 'request'), reply: visitsOf(outcome.reply, 'reply') };
  const rows: Row[] = [];
  const places = { request: placeRequest(visits.request, rows), reply: placeReply(visits.reply, rows) };
  const tracks: Track[] = [];
  const cells = new Map<string, Station[][]>();
  for (const leg of ['request', 'reply'] as const) {
    let last: number | undefined;
    let isOpen = false;
    for (const [i, visit] of visits[leg].entries()) {
      const { key } = places[leg][i] as Row;
      const row = rows.findIndex((one) => one.key === key);
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
      const own = cells.get(key) ?? [];
      cells.set(key, own);
      own[tracks.length - 1] = [...(own[tracks.length - 1] ?? []), ...visit.stations];
      last = row;
    }
  }
  return { tracks, nodes: nodesOf(rows, (key) => tracks.map((_, i) => cells.get(key)?.[i] ?? [])) };
}

/** Neighbours on one node are in one box. */
function nodesOf(rows: readonly Row[], cellsOf: (key: string) => Space['cells']): readonly PictureNode[] {
  const nodes: { name: string; spaces: Space[] }[] = [];
  for (const { key, node, netns } of rows) {
    const space = { key, netns, cells: cellsOf(key) };
    const last = nodes.at(-1);
    if (last?.name === node) last.spaces.push(space);
    else nodes.push({ name: node, spaces: [space] });
  }
  return nodes;
}

function placeRequest(visits: readonly Visit[], rows: Row[]): readonly Row[] {
  return visits.map(({ node, netns }, i) => {
    if (!isUnderlay(netns)) return rowOf(node, netns, rows);
    const row = { key: `${netns} ${i}`, node, netns };
    rows.push(row);
    return row;
  });
}

/** The way back crosses the underlay where the way there did, between the same two nodes. */
function placeReply(visits: readonly Visit[], rows: Row[]): readonly Row[] {
  const places = visits.map(({ node, netns }) => (isUnderlay(netns) ? undefined : rowOf(node, netns, rows)));
  return visits.map(({ node, netns }, i) => {
    const known = places[i];
    if (known !== undefined) return known;
    const around = [places[i - 1], places[i + 1]].map((row) => (row === undefined ? -1 : rows.indexOf(row)));
    const [low, high] = [Math.min(...around), Math.max(...around)];
    const own = rows.filter((row) => row.netns === netns);
    return own.find((row) => low < rows.indexOf(row) && rows.indexOf(row) < high) ?? own[0] ?? rowOf(node, netns, rows);
  });
}

/** A node met again takes its new namespace in. */
function rowOf(node: string, netns: string, rows: Row[]): Row {
  const known = rows.find((row) => row.netns === netns);
  if (known !== undefined) return known;
  const row = { key: netns, node, netns };
  const last = rows.findLastIndex((one) => one.node === node);
  rows.splice(last < 0 ? rows.length : last + 1, 0, row);
  return row;
}

function cellCount(cells: ReadonlyMap<string, readonly (readonly Station[])[]>, track: number): number {
  return [...cells.values()].filter((own) => own[track] !== undefined).length;
}

function visitsOf(hops: readonly RecordedHop[], leg: Leg): readonly Visit[] {
  const visits: { leg: Leg; node: string; netns: string; stations: Station[] }[] = [];
  let inside: readonly string[] = [];
  for (const [i, hop] of hops.entries()) {
    let visit = visits.at(-1);
    if (visit?.netns !== hop.netns) {
      visit = { leg, node: hop.node, netns: hop.netns, stations: [] };
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
