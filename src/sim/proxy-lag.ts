/**
 * How late the kube-proxies of a cluster see what is written: one that lags by five seconds renders the revision of five seconds ago. What was there
 * when its lag began, it knows. Settling moves no time, so that nothing but time ends a lag, or whoever says that the proxy catches up.
 */
import { inputError } from '../base/errors.js';
import type { AnyView } from '../api/store-view.js';
import type { Store } from '../api/store.js';
import type { StoreView } from '../api/view.js';

interface Lag {
  readonly us: number;
  /** Known from the beginning. */
  known: number;
}

/** What a proxy sees while it is not abreast. */
export interface LateView {
  readonly view: StoreView;
  readonly lagUs: number;
}

interface Times {
  readonly nowUs: number;
  revisionAt(us: number): number;
  writtenAfter(us: number): number | undefined;
}

/** What a proxy reads; Endpoints that of mode userspace. */
const KINDS = ['Service', 'EndpointSlice', 'Endpoints', 'Node'] as const;
const EVERY_NODE = '';
export const ABREAST: ReadonlyMap<string, LateView> = new Map();
export const LAG_MAX_US = 24 * 3_600_000_000;

export class ProxyLag {
  readonly #store: Store;
  readonly #times: Times;
  readonly #lags = new Map<string, Lag>();

  constructor(store: Store, times: Times) {
    this.#store = store;
    this.#times = times;
  }

  /** Of one node, or of every node that has no lag of its own; 0 for one that is abreast again. */
  set(node: string | undefined, us: number): void {
    if (us < 0 || us > LAG_MAX_US)
      throw inputError('bad-lag', `kube-proxy lags by between no time and 24 hours, not by ${us / 1_000_000} s`);
    const key = node ?? EVERY_NODE;
    const before = this.#lagOf(key);
    // One that lags already does not learn faster by lagging more or less.
    const known = before === undefined ? this.#store.revision : this.#revisionOf(before);
    if (node === undefined && us === 0) this.#lags.clear();
    else if (us === 0 && !this.#lags.has(EVERY_NODE)) this.#lags.delete(key);
    else this.#lags.set(key, { us, known });
  }

  /** What has been written by now is known to everybody. */
  begin(): void {
    for (const lag of this.#lags.values()) lag.known = this.#store.revision;
  }

  /** By node: those that do not see all that they would read. */
  late(nodes: readonly string[]): ReadonlyMap<string, LateView> {
    if (this.#lags.size === 0) return ABREAST;
    return new Map(
      nodes.flatMap((node) => {
        const late = this.#of(node);
        return late === undefined ? [] : [[node, late]];
      }),
    );
  }

  #of(node: string): LateView | undefined {
    const lag = this.#lagOf(node);
    if (lag === undefined) return undefined;
    const revision = this.#revisionOf(lag);
    const [now, then] = [this.#store.view(), this.#store.view(revision)];
    return KINDS.every((kind) => kindAt(now, kind) === kindAt(then, kind)) ? undefined : { view: then, lagUs: lag.us };
  }

  /** Changes whenever some proxy sees something else. */
  get key(): string {
    if (this.#lags.size === 0) return '';
    return [...this.#lags]
      .map(([node, lag]) => `${node}@${KINDS.map((kind) => kindAt(this.#store.view(this.#revisionOf(lag)), kind))}`)
      .join();
  }

  /** The next moment at which some proxy learns of something. */
  get nextUs(): number | undefined {
    const { nowUs } = this.#times;
    const due = [...this.#lags.values()].flatMap(({ us }) => {
      const written = this.#times.writtenAfter(nowUs - us);
      return us === 0 || written === undefined ? [] : [written + us];
    });
    return due.length === 0 ? undefined : Math.min(...due);
  }

  #lagOf(node: string): Lag | undefined {
    return this.#lags.get(node) ?? this.#lags.get(EVERY_NODE);
  }

  #revisionOf({ us, known }: Lag): number {
    return Math.max(known, this.#times.revisionAt(this.#times.nowUs - us));
  }
}

function kindAt(view: AnyView, kind: (typeof KINDS)[number]): number {
  return view.kindRevision(kind);
}
