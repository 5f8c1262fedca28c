/**
 * Connections that stay open from one step to the next. From the first one on, everything that changes the network is noted with its time; each question
 * runs the whole history anew. Claims that ask for a connection of their own know nothing of it.
 */
import { inputError, unsupported } from '../../base/errors.js';
import type { Trace } from '../../trace/trace.js';
import type { TraceQuery } from '../contract.js';
import { enumerate } from '../enumerate.js';
import type { Simulation } from '../simulation.js';
import { History } from './history.js';
import { processOf } from './process-of.js';
import { replay, type Replayed, type When } from './replay.js';

export class Connections {
  readonly #simulation: Simulation;
  #history: History | undefined;
  #count = 0;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  /** Whether there is any. */
  get areKept(): boolean {
    return this.#history !== undefined;
  }

  /** Opens one, sends a request on it and keeps it; returns its name. */
  open(query: TraceQuery): string {
    const simulation = this.#simulation;
    const { source, destination } = simulation.resolve(query);
    if (destination.proto === 'icmp') throw inputError('no-connection', 'a ping opens no connection', { fix: 'name a port: `on port 80`' });
    const plan = simulation.clusterPlan();
    this.#history ??= new History(plan, simulation.time.nowUs);
    this.note();
    const id = `connection ${++this.#count}`;
    const from = query.from.includes('#') ? `${source.text}#${query.from.split('#')[1]}` : source.text;
    this.#history.open({ id, source, destination, process: processOf(plan.view, from) ?? '' });
    return id;
  }

  /** Another request is sent on it. */
  use(id: string): void {
    this.note();
    this.find(id);
    this.history.use(id);
  }

  trace(id: string, when: When): Trace {
    this.note();
    const connection = this.find(id);
    if (this.#simulation.linkFaults.areLossy)
      throw unsupported(
        'lossy-connection',
        'a connection over links that lose a part of their packets sends them again, in more ways than can be walked',
        {
          fix: 'cut the link, or restore it',
        },
      );
    return this.#simulation.toTrace(
      connection,
      this.runs(id, { when }).map(({ probability, record }) => ({ probability, record: record.record })),
    );
  }

  /** Every outcome. Without `waits` no time passes between what happened. */
  runs(
    id: string,
    { when, waits = true }: { readonly when: When; readonly waits?: boolean },
  ): readonly { readonly probability: number; readonly record: Replayed }[] {
    return enumerate((oracle) => replay(this.history, { id, when, waits }, oracle));
  }

  /** What happened up to now. */
  get history(): History {
    this.note();
    if (this.#history === undefined) throw inputError('no-connection', 'nobody has opened a connection that stays open');
    refuseUnmodelled(this.#history, this.#simulation.cluster.kubeProxy.mode);
    return this.#history;
  }

  /** Time moves from one change to the next, and each is noted. */
  advance(us: number): void {
    const { time } = this.#simulation;
    const endUs = time.nowUs + us;
    this.note();
    while (this.#simulation.time.nowUs < endUs) this.#simulation.time.advanceToNext(endUs);
  }

  /** How things are now, where anybody is connected: several changes at one time are noted one by one where this is called between them. */
  note(): void {
    this.#history?.note(this.#simulation.clusterPlan(), this.#simulation.time.nowUs);
  }

  /** InputError where there is none, or its client is gone. */
  find(id: string): NonNullable<ReturnType<History['find']>> {
    const connection = this.#history?.find(id);
    if (connection === undefined) {
      const known = Array.from({ length: this.#count }, (_, i) => `connection ${i + 1}`);
      throw inputError('unknown-connection', `there is no ${id}`, {
        fix: known.length === 0 ? 'open one first' : `there are ${known.join(', ')}`,
      });
    }
    const { source, process } = connection;
    const [own] = process.split(' ');
    const now = processOf(this.#simulation.clusterPlan().view, source.text + containerOf(process));
    if (now !== process)
      throw inputError(
        'client-gone',
        `the client of this connection, ${source.text}, ${now === undefined || !now.startsWith(own ?? '') ? 'is no more' : 'was started again'}, and its connections with it`,
      );
    return connection;
  }
}

/** `#name` of a pod's process. */
function containerOf(process: string): string {
  const [, container] = process.split(' ');
  return container === undefined ? '' : `#${container}`;
}

/** Those that are made to be captured are not asked about later. */
function refuseUnmodelled({ happenings }: History, mode: string): void {
  const has = (proto: string): boolean => happenings.some((one) => one.kind === 'opens' && one.connection.destination.proto === proto);
  // It forgets a client of UDP a quarter of a second after his last datagram.
  if (mode === 'userspace' && has('udp'))
    throw unsupported('userspace-udp', 'datagrams that follow each other through a kube-proxy in user space are not modelled');
  if (has('sctp')) throw unsupported('sctp-connection', 'an association of SCTP that stays open while the cluster changes is not modelled');
}
