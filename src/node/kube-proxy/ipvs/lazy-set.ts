/** A set of kube-proxy whose elements are made when somebody reads them. */
import type { Ip } from '../../../base/ip.js';
import type { IpFamily } from '../../../base/ip-family.js';
import { memoByText } from '../../../base/memo.js';
import type { IpSetPlan } from '../../../plan/ipset/ip-set.js';
import { readIpset } from '../../../plan/ipset/read-ipset.js';
import { setNameOf, type SetName, SETS } from './set-names.js';

export type Parts = readonly (Ip | string)[];

export interface LazySet {
  readonly plan: IpSetPlan;
  /** Of its elements; more than none where they are not counted. */
  readonly count: number;
  /** As `ipset restore` reads. */
  readonly text: string;
}

/** What kube-proxy leaves ipset's default; a set that is to have more is refused where its text is read. */
const ELEMENTS_MAX = 65536;

const TYPES = new Map<SetName, string>(SETS.map(([name, type]) => [name, type]));
const BITMAP = 'bitmap:port';

const emptySet = memoByText(readIpset);

interface Elements {
  readonly count: number;
  readonly entries: () => readonly string[];
  readonly holds?: ((parts: Parts) => boolean) | undefined;
}

export function lazySet(kind: SetName, family: IpFamily, { count, entries, holds }: Elements): LazySet {
  const type = TYPES.get(kind) ?? '';
  const name = setNameOf(kind, family);
  const inet = family === 'IPv4' ? 'inet' : 'inet6';
  const options = type === BITMAP ? 'range 0-65535' : `family ${inet} hashsize 1024 maxelem ${ELEMENTS_MAX}`;
  const create = `create ${name} ${type} ${options}\n`;
  const addAll = (): string =>
    entries()
      .map((entry) => `add ${name} ${entry}\n`)
      .join('');
  const frame = emptySet(create).values().next().value as IpSetPlan;
  let made: IpSetPlan['entries'] | undefined;
  return {
    count,
    get text() {
      return create + addAll();
    },
    plan: {
      ...frame,
      get entries() {
        made ??= (readIpset(create + addAll(), name).get(name) as IpSetPlan).entries;
        return made;
      },
      holds: count > ELEMENTS_MAX ? undefined : holds,
    },
  };
}
