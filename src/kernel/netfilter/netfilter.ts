/**
 * Netfilter of one namespace: runs a hook's tables and connection tracking in order, keeps connections and what rules remember. A
 * namespace without rules is inactive: its packets are not tracked, as the kernel registers connection tracking on first use.
 */
import { inputError } from '../../base/errors.js';
import type { ConntrackFilter } from '../../plan/conntrack-args.js';
import type { Ruleset } from '../../plan/ruleset.js';
import type { Hook, TableName } from '../../trace/event.js';
import { type CompiledChain, type CompiledRule, compileChain } from './chain/compile-chain.js';
import { runBuiltIn } from './chain/traverse.js';
import { WalkMemo } from './chain/walk-memo.js';
import type { HookResult, IpvsHooks, Netfilter, NetfilterCounters, NetfilterHost, Passage } from './contract.js';
import type { Connection } from './conntrack/connection.js';
import { invertTuple } from './conntrack/tuple.js';
import { makeRoom } from './conntrack/make-room.js';
import { ConnectionTable } from './conntrack/table.js';
import { closeRejected } from './conntrack/close-rejected.js';
import { countPacket } from './conntrack/count-packet.js';
import { readTimeouts } from './conntrack/timeouts.js';
import { track, type Tracker } from './conntrack/track.js';
import { connectionOf, type Evaluation, forgetHits } from './evaluation.js';
import { ACCEPT, hookResult } from './hook-result.js';
import { inheritInPlace, inheritState } from './inherit.js';
import { forgetState, newEvaluation } from './new-evaluation.js';
import { BUILT_IN, HOOK_STEPS, HOOKS, hookNumber, type HookStep, manipAt, stepPriority } from './hook.js';
import type { NftProgram } from '../nft/base-chains.js';
import { needsConnections } from './needs-connections.js';
import { runForRoute } from './route-again.js';
import { type Binding, bind, isBound, NULL_BINDING } from './nat/bind.js';
import { natChanges, translate } from './nat/translate.js';
import type { UniqueRequest } from './nat/unique-tuple.js';

/** One base chain of the hook. */
type BaseRun = (e: Evaluation) => 'accept' | 'drop' | 'reject' | 'stolen';

/** A hook's steps with their chains resolved; what has nothing to do is left out. */
type Step =
  | { readonly kind: 'track' | 'confirm' | 'ipvs' }
  | { readonly kind: 'nat'; readonly chains: readonly BaseRun[] }
  | { readonly kind: 'nft'; readonly run: BaseRun }
  | { readonly kind: 'table'; readonly table: TableName; readonly chain: CompiledChain; readonly memo: WalkMemo };

/** `nft` are the base chains of nftables of the same family. */
export function createNetfilter(ruleset: Ruleset | undefined, host: NetfilterHost, nft?: NftProgram): Netfilter {
  return new NamespaceNetfilter(ruleset, host, nft);
}

/** The reset that a REJECT answers with is RELATED to a connection that has no source binding yet, and asks for it (nf_nat_inet_fn). */
function isReset({ state, packet }: Passage, connection: Connection, side: 'src' | 'dst'): boolean {
  return state === 'RELATED' && packet.l4.kind === 'tcp' && !isBound(connection, side);
}

class NamespaceNetfilter implements Netfilter {
  readonly active: boolean;
  readonly counters: NetfilterCounters = { ruleCompares: 0, walksRecalled: 0, indexLookups: 0, conntrackLookups: 0, conntrackCreated: 0 };
  readonly #ruleset: Ruleset | undefined;
  readonly #nft: NftProgram | undefined;
  readonly #host: NetfilterHost;
  readonly tracked: ConnectionTable;
  /** Made when a packet is first tracked: most namespaces never do. */
  #tracker: Tracker | undefined;
  readonly #request: UniqueRequest & { nowUs: number };
  readonly #chains = new Map<TableName, Map<string, CompiledChain | undefined>>();
  /** By hookNumber. */
  readonly #steps: (readonly Step[] | undefined)[] = HOOKS.map(() => undefined);
  #tracks: boolean | undefined;
  /** Where the jumps that were taken lead in this namespace. */
  readonly #jumps = new Map<CompiledRule, CompiledChain>();
  readonly #evaluation: Evaluation;
  /** How much each connection carries (nf_conntrack_acct). */
  #counts: boolean | undefined;

  constructor(ruleset: Ruleset | undefined, host: NetfilterHost, nft: NftProgram | undefined) {
    this.active = nft !== undefined || host.ipvs !== undefined || (ruleset !== undefined && ruleset.tables.size > 0);
    this.#ruleset = ruleset;
    this.#nft = nft;
    this.#host = host;
    this.tracked = new ConnectionTable(this.counters);
    this.#request = { table: this.tracked, host, nowUs: 0, zone: undefined };
    this.#evaluation = newEvaluation({
      host,
      counters: this.counters,
      chain: (rule) => this.#jumps.get(rule) ?? this.#userChain(rule),
      bind: (binding) => this.#bind(binding),
    });
  }

  hook(hook: Hook, passage: Passage, inDevice: string | undefined, outDevice: string | undefined, record: boolean): HookResult {
    if (!this.active) return ACCEPT;
    const e = this.#evaluation;
    e.passage = passage;
    e.hook = hook;
    e.inDevice = inDevice;
    e.outDevice = outDevice;
    e.record = record;
    e.decidedBy = undefined;
    e.rejectWith = undefined;
    if (e.hits.length > 0) forgetHits(e);
    if (e.nat.length > 0) e.nat = [];
    const steps = this.#steps[hookNumber(hook)] ?? this.#resolve(hook);
    for (let i = 0; i < steps.length; i++) {
      const verdict = this.#step(steps[i] as Step, e);
      if (verdict === 'accept') continue;
      if (verdict === 'clash') return hookResult(e, 'drop', 'CONNTRACK_CLASH');
      if (verdict === 'full') return hookResult(e, 'drop', 'CONNTRACK_FULL');
      if (verdict === 'reject') closeRejected(passage, e.rejectWith, this.#host);
      return hookResult(e, verdict === 'stolen' ? 'accept' : verdict, passage.ipvs?.failure?.reason);
    }
    return hookResult(e, 'accept', undefined);
  }

  reset(): void {
    if (!this.active) return;
    this.tracked.clear();
    forgetState(this.#evaluation);
    this.#host.resetSets?.();
    this.#host.ipvs?.reset();
  }

  expire(): void {
    this.#host.ipvs?.expire();
  }

  inherit(before: Netfilter, inPlace: boolean): void {
    if (!(before instanceof NamespaceNetfilter)) return;
    this.tracked.adopt(before.tracked, this.#host.nowUs());
    inheritState(this.#evaluation, before.#evaluation, this.#ruleset);
    this.#host.ipvs?.inherit(before.#host.ipvs);
    if (inPlace) inheritInPlace([this.#evaluation, this.#nft], [before.#evaluation, before.#nft]);
  }

  deleteConnections(filter: ConntrackFilter | undefined): number {
    return this.tracked.delete(filter, this.#host.nowUs());
  }

  connections(): readonly string[] {
    return this.tracked.lines(this.#host.nowUs());
  }

  /** Tables without rules and without a policy to apply cost nothing; without a nat table nothing is bound. */
  #resolve(hook: Hook): readonly Step[] {
    const steps: Step[] = [];
    // Of two of one priority, nftables' chain was made later, and runs first.
    const chains = (this.#nft?.chains ?? []).filter((chain) => chain.hook === hook && !chain.nat);
    let next = 0;
    const before = (priority: number): void => {
      for (; (chains[next]?.priority ?? Number.NaN) <= priority; next++) steps.push({ kind: 'nft', run: chains[next]?.run as BaseRun });
    };
    for (const step of HOOK_STEPS[hook]) {
      before(stepPriority(step, hook));
      steps.push(...this.#resolveStep(hook, step));
    }
    before(Number.POSITIVE_INFINITY);
    this.#steps[hookNumber(hook)] = steps;
    return steps;
  }

  #resolveStep(hook: Hook, step: HookStep): readonly Step[] {
    if (step === 'ipvs') return this.#host.ipvs === undefined ? [] : [{ kind: 'ipvs' }];
    if (step === 'track' || step === 'confirm') return this.tracks ? [{ kind: step }] : [];
    const chain = this.#chain(step, BUILT_IN[hook]);
    if (step === 'nat') return this.tracks ? this.#resolveNat(hook, chain, this.#ruleset?.tables.has('nat') === true) : [];
    const idle = chain === undefined || (chain.rules.length === 0 && chain.policyDrop === undefined);
    return idle ? [] : [{ kind: 'table', table: step, chain, memo: new WalkMemo() }];
  }

  get tracks(): boolean {
    this.#tracks ??= this.#nft?.tracks === true || (this.#ruleset !== undefined && needsConnections(this.#ruleset));
    return this.#tracks;
  }

  /** All chains for translation, whatever their priorities, stand where the NAT core does, in their order. */
  #resolveNat(hook: Hook, chain: CompiledChain | undefined, hasTable: boolean): readonly Step[] {
    const nat = this.#nft?.chains.filter((one) => one.nat) ?? [];
    if (!hasTable && nat.length === 0) return [];
    const [here, own] = [nat.filter((one) => one.hook === hook), stepPriority('nat', hook)];
    const memo = new WalkMemo();
    const run: BaseRun[] = chain === undefined ? [] : [(e) => ((e.table = 'nat'), runBuiltIn(e, chain, memo))];
    const part = (first: boolean): BaseRun[] => here.filter(({ priority }) => priority <= own === first).map((one) => one.run);
    return [{ kind: 'nat', chains: [...part(true), ...run, ...part(false)] }];
  }

  #step(step: Step, e: Evaluation): 'accept' | 'drop' | 'reject' | 'clash' | 'full' | 'stolen' {
    switch (step.kind) {
      case 'table':
        e.table = step.table;
        return step.table === 'mangle' && e.hook === 'output'
          ? runForRoute(e, () => runBuiltIn(e, step.chain, step.memo))
          : runBuiltIn(e, step.chain, step.memo);
      case 'nat':
        return this.#nat(e, step.chains);
      case 'nft':
        return step.run(e);
      case 'ipvs':
        return this.#ipvs(e, this.#host.ipvs as IpvsHooks);
      case 'track':
        return this.#track(e.passage) ? 'accept' : 'full';
      case 'confirm':
        return this.#confirm(e.passage);
    }
  }

  /** IPVS changes packets as a translation does, and refuses as a rule does. */
  #ipvs(e: Evaluation, ipvs: IpvsHooks): 'accept' | 'drop' | 'reject' | 'stolen' {
    const before = e.passage.packet;
    const verdict = ipvs.hook(e.hook, e.passage);
    if (verdict === 'reject') e.rejectWith = 'icmp-port-unreachable';
    const { packet } = e.passage;
    if (e.record && packet !== before) {
      const rule = ipvs.hitOf(before, packet, e.passage.mark);
      e.nat.push(...natChanges('DNAT', before, packet).map((change) => (change.side === 'dst' ? { ...change, rule } : change)));
    }
    return verdict;
  }

  /** The nat table is asked once for each side of a connection; then every packet is translated from the binding. */
  #nat(e: Evaluation, chains: readonly BaseRun[]): 'accept' | 'drop' | 'reject' | 'clash' | 'stolen' {
    const connection = connectionOf(e.passage);
    if (connection === undefined) return 'accept';
    const side = manipAt(e.hook);
    const first = e.passage.state === 'NEW' && !isBound(connection, side);
    if (first || isReset(e.passage, connection, side)) {
      for (let i = 0; i < chains.length && !isBound(connection, side); i++) {
        const verdict = (chains[i] as BaseRun)(e);
        if (verdict !== 'accept') return verdict;
      }
      if (!isBound(connection, side)) this.#bind(NULL_BINDING[side]);
    }
    if (connection.srcNat === undefined && connection.dstNat === undefined) return 'accept';
    const { dst } = e.passage.packet;
    const change = translate(e.passage, connection, side, { first, told: e.record });
    if (change !== undefined) e.nat = e.nat.length === 0 ? [change] : [...e.nat, change];
    if (e.hook === 'output' && e.passage.packet.dst !== dst && !this.#host.reroute(e.passage, e.outDevice)) return 'stolen';
    return 'accept';
  }

  #bind(binding: Binding): void {
    const connection = connectionOf(this.#evaluation.passage);
    if (connection === undefined) return;
    this.#request.nowUs = this.#host.nowUs();
    const { reply } = connection;
    bind(this.#request, connection, binding);
    if (binding.side === 'src' && connection.reply !== reply)
      this.#host.noteMove?.(this.#evaluation.passage.packet, invertTuple(reply), binding.range, connection.reply.b);
  }

  /** What came over the loopback is tracked, and counted, already. A zone is for one look-up: what finds nothing in it comes back without. */
  #track(passage: Passage): boolean {
    const known = passage.ct !== undefined;
    this.#tracker ??= this.#newTracker();
    if (!track(this.#tracker, passage, this.#host.nowUs())) return false;
    if (passage.zone !== undefined) passage.zone = passage.template = undefined;
    if (!known && this.counts) countPacket(passage);
    return true;
  }

  get counts(): boolean {
    this.#counts ??=
      this.#ruleset?.counts === true || this.#nft?.counts === true || this.#host.sysctl('net.netfilter.nf_conntrack_acct') !== 0;
    return this.#counts;
  }

  #newTracker(): Tracker {
    const timeouts = readTimeouts(this.#host);
    const hasRoom = (): boolean => makeRoom(this.tracked, this.#host, timeouts.max);
    return { table: this.tracked, timeouts, counters: this.counters, makeRoom: hasRoom };
  }

  #confirm(passage: Passage): 'accept' | 'clash' {
    const connection: Connection | undefined = connectionOf(passage);
    if (connection === undefined || connection.confirmed || connection.dead || passage.ctReply) return 'accept';
    return this.tracked.insert(connection, this.#host.nowUs()) ? 'accept' : 'clash';
  }

  /** The chain of that name, compiled; undefined where the table has none. */
  #chain(table: TableName, name: string): CompiledChain | undefined {
    let chains = this.#chains.get(table);
    if (chains === undefined) {
      chains = new Map();
      this.#chains.set(table, chains);
    }
    const known = chains.get(name);
    if (known !== undefined || chains.has(name)) return known;
    const chain = this.#ruleset?.tables.get(table)?.get(name);
    const made = chain === undefined ? undefined : compileChain(chain, table);
    chains.set(name, made);
    return made;
  }

  #userChain(rule: CompiledRule): CompiledChain {
    const { chain: from, index } = rule.hit;
    const table = rule.hit.table as TableName;
    const name = rule.jump as string;
    const chain = this.#chain(table, name);
    if (chain === undefined)
      throw inputError('unknown-chain', `table ${table}, chain ${from}, rule ${index}: there is no chain ${name} in table ${table}`);
    this.#jumps.set(rule, chain);
    return chain;
  }
}
