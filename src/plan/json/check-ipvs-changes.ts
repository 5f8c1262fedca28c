/** What stories run on the IPVS services that are there: each change is read on what those before it made. */
import type { IpvsServices } from '../ipvs/ipvs-service.js';
import { readIpvs } from '../ipvs/read-ipvs.js';
import type { NetnsPlan, ProbePlan } from '../plan.js';
import { inside, parseAt, type Spot } from './fields.js';

interface PlacedProbe {
  readonly one: ProbePlan;
  readonly index: number;
}

export function checkIpvsChanges(list: Spot, probes: readonly PlacedProbe[], netns: Readonly<Record<string, NetnsPlan>>): void {
  const now = new Map<string, IpvsServices | undefined>();
  for (const { one, index } of probes) {
    for (const [name, { ipvs }] of Object.entries(one.change ?? {})) {
      if (ipvs === undefined || netns[name] === undefined) continue;
      if (!now.has(name)) now.set(name, readFirst(netns[name]));
      const before = now.get(name);
      if (before === undefined) continue;
      now.set(
        name,
        parseAt(inside(list, index, 'change', name, 'ipvs'), (origin) => readIpvs(ipvs, origin, before)),
      );
    }
  }
}

/** Undefined where the plan's own text is wrong, which has been said. */
function readFirst({ ipvs }: NetnsPlan): IpvsServices | undefined {
  try {
    return readIpvs(typeof ipvs === 'string' ? ipvs : '');
  } catch {
    return undefined;
  }
}
