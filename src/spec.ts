/** One scenario: the cluster's steps of the simulation, and sentences about traffic judged by the claim engine on its traces. */
import { ClaimMismatch, inputError, unsupported, UnsupportedError } from './base/errors.js';
import { judgeCapture } from './claim/capture.js';
import { isAboutOpening, judgeConnection } from './claim/judge/judge-connection.js';
import { judgeConnectivity } from './claim/connectivity.js';
import { type Check, everyCheck, type Judgement } from './claim/judge/judgement.js';
import { judgeQualifiers, judgeTraffic } from './claim/judge/judge-traffic.js';
import { judgeSpread } from './claim/judge/judge-spread.js';
import { parseConnectionClaim, whoseConnection } from './claim/parse/connection-claim.js';
import { parseLookUp, parseResolves } from './claim/parse/resolves.js';
import { parseQualifier, parseSpreadClaim, parseTrafficClaim } from './claim/parse/traffic-claim.js';
import { replayLine } from './claim/explain/replay-line.js';
import { judgePath } from './claim/path.js';
import { endpointName } from './claim/place.js';
import type { PlacePhrase, TrafficClaim } from './claim/traffic-claim.js';
import { type OpenConnection, OpenedConnections } from './claim/opened-connections.js';
import type { RoutePhrase } from './claim/phrase.js';
import { judgeResolvConf } from './claim/resolv-conf.js';
import { judgeResolves, lookUpMismatch, type ResolvesClaim } from './claim/resolves.js';
import { Captures } from './sim/captures.js';
import { ClusterWorld } from './sim/cluster-world.js';
import type { TraceQuery } from './sim/contract.js';
import { type JudgedOn, makeRealJudge, type RealJudge } from './sim/real-judge.js';
import { ClusterSteps } from './sim/spec/cluster-steps.js';
import { servicePortAt } from './sim/lookup.js';
import { endpointOf } from './sim/place-endpoint.js';
import { confOf, formatResolvConf } from './sim/dns/pod-conf.js';
import { isAnswered, lookUp, oneFamily } from './sim/dns/look-up.js';
import { addressesOfService } from './sim/dns/resolve-name.js';
import type { Simulation } from './sim/simulation.js';
import { type RecordedTraces, TraceRecorder } from './sim/trace-recorder.js';
import type { PathLine, Spec, SpecOptions } from './sim/spec-contract.js';
import type { Trace } from './trace/trace.js';

class ScenarioSpec extends ClusterSteps implements Spec {
  /** One for each kernel that judges. */
  #last: readonly Judgement[] | undefined;
  #real: RealJudge | undefined;
  readonly #captures = new Captures();
  readonly #opened = new OpenedConnections();
  readonly #recorder = new TraceRecorder();

  claim(sentence: string): void {
    const previous = this.#last;
    this.#last = undefined;
    const claim = parseTrafficClaim(sentence);
    this.#last = claim.object.kind === 'host' ? this.#judgeHost(claim, claim.object.host) : this.#judgeClaim(claim, previous);
  }

  #judgeClaim(claim: TrafficClaim, previous?: readonly Judgement[]): readonly Judgement[] {
    return this.#judge((world, i) => judgeTraffic(claim, world, previous?.[i]));
  }

  /** Whom the name stands for, to every sender alike; without an address nothing is sent. */
  #judgeHost(claim: TrafficClaim, host: string): readonly Judgement[] | undefined {
    const world = this.#world();
    const found = world
      .subjects(claim.subject)
      .map((subject) => ({ subject, look: lookUp(this.simulation, { from: subject.from, name: host }) }));
    const missing = found.find(({ look }) => look.found.length === 0);
    if (missing !== undefined) {
      if (claim.mode === 'cannot' && claim.qualifiers.length === 0) return undefined;
      throw lookUpMismatch(
        { sentence: claim.sentence, span: claim.objectSpan, ...this.#lookUpWords(missing.subject.from, host) },
        'a name with an address',
        missing.look,
      );
    }
    const sets = new Set(found.map(({ look }) => look.found.join()));
    if (sets.size > 1) throw unsupported('names-differ', `"${host}" is not the same to every sender`, { fix: 'name one sender' });
    const called = oneFamily(this.simulation, found[0]?.subject.from ?? '', found[0]?.look.found ?? []);
    const judged = called.map((address) => this.#judgeClaim(atAddress(claim, address, this.simulation)));
    return joinJudgements(judged);
  }

  #lookUpWords(from: string, host: string): Pick<ResolvesClaim, 'owner' | 'namespace' | 'replay'> {
    const world = this.#world();
    return {
      owner: (address) => world.owner(address),
      namespace: this.simulation.namespace,
      replay: replayLine(this.options.where?.(), from, `dns/${host}`, 'TCP'),
    };
  }

  qualifier(sentence: string): void {
    const claim = parseQualifier(sentence);
    const world = this.#world();
    for (const judgement of this.#judged(sentence)) judgeQualifiers(claim, judgement, world);
  }

  spread(sentence: string): void {
    const claim = parseSpreadClaim(sentence);
    if (this.#judgedOn !== 'lab')
      judgeSpread(claim, this.#world(), ({ from }, { to, protocol }) => this.simulation.series({ from, to, protocol }, claim.connections));
    if (this.#judgedOn === 'sim') return;
    const real = this.#realJudge();
    judgeSpread(
      claim,
      this.#world((query) => real.measure(query, claim.tolerance)),
    );
  }

  path(lines: readonly PathLine[], mode: 'gaps' | 'exactly', direction: 'request' | 'reply'): void {
    const world = this.#world();
    for (const judgement of this.#judged('the path')) judgePath(lines, { mode, direction }, judgement, world);
  }

  startCapture(place: string, device: string): void {
    this.#captures.start(this.simulation, place, endpointOf(place, this.simulation.nodes), device);
  }

  connect(sentence: string): void {
    this.#last = undefined;
    const claim = parseTrafficClaim(sentence.replace(' connects to ', ' can reach '));
    const world = this.#world();
    const opened: OpenConnection[] = [];
    for (const subject of world.subjects(claim.subject)) {
      for (const target of world.targets(claim.object, claim.route, subject)) {
        const query = { from: subject.from, to: target.to, protocol: target.protocol };
        if (this.#judgedOn === 'sim') this.#captures.connect(this.simulation, `${subject.label} to ${target.label}`, query);
        if (this.options.keepsTraces === true) this.#recorder.note(query, this.simulation.trace(query), true);
        if (target.protocol !== 'ICMP') opened.push({ subject, target, id: this.simulation.connections.open(query) });
      }
    }
    this.#opened.add({ claim, opened });
  }

  connectionIs(sentence: string): void {
    this.#last = undefined;
    const claim = parseConnectionClaim(sentence);
    if (this.#judgedOn !== 'sim' && claim.fate === 'maybe-another-endpoint')
      throw unsupported('chance-on-lab', 'a history is put to the real kernel once, which does not tell what else may be');
    const { claim: sent, opened } = this.#opened.find(claim.of, sentence);
    const when = isAboutOpening(claim) ? 'opening' : 'now';
    const checksBy = (trace: (id: string) => Trace): readonly Check[] =>
      opened.map(({ subject, target, id }) => {
        const made = trace(id);
        if (this.options.keepsTraces === true)
          this.#recorder.note({ from: subject.from, to: target.to, protocol: target.protocol }, made, false);
        return { subject, target, trace: made };
      });
    const { connections } = this.simulation;
    const judged = [
      ...(this.#judgedOn === 'lab' ? [] : [checksBy((id) => connections.trace(id, when))]),
      ...(this.#judgedOn === 'sim' ? [] : [checksBy((id) => this.#realJudge().connection(id, when))]),
    ];
    this.#last = judged.map((checks) => judgeConnection(claim, checks, this.#world(), sent));
  }

  connectionUsed(which: string): void {
    for (const { id } of this.#opened.find(whoseConnection(which), which).opened) this.simulation.connections.use(id);
  }

  captureShows(place: string, text: string, exactly: boolean): void {
    if (this.#judgedOn !== 'sim') throw unsupported('capture-on-lab', 'captures are made on the simulated kernel only');
    const replay = replayLine(this.options.where?.(), 'pod/…', '…', 'TCP');
    const seen = this.#captures.seen(place, (endpoint) => endpointName(endpoint, this.simulation.namespace));
    judgeCapture(text, seen, { place, exactly, replay });
  }

  resolves(sentence: string): void {
    this.#last = undefined;
    const { who, host, type, wanted } = parseResolves(sentence);
    const world = this.#world();
    const found =
      wanted.kind === 'places'
        ? wanted.places.flatMap((place) => addressesOf(this.simulation, world, place))
        : wanted.kind === 'records'
          ? wanted.data
          : undefined;
    const { because, seconds } = wanted.kind === 'nothing' ? wanted : {};
    for (const { from } of world.subjects(who)) {
      const look = lookUp(this.simulation, { from, name: host, type, families: wanted.kind === 'places' ? found : undefined });
      this.#carryLookUp(look.traffic);
      judgeResolves({ sentence, wanted: found, because, seconds, ...this.#lookUpWords(from, host) }, look);
    }
  }

  /** What is asked and answered is the simulation's; that the questions arrive, or do not, is the real kernel's to say. */
  #carryLookUp(traffic: readonly TraceQuery[]): void {
    if (this.#judgedOn === 'sim') return;
    const real = this.#realJudge();
    real.ask(traffic);
    for (const query of traffic) {
      const [mine, theirs] = [this.simulation.trace(query), real.trace(query)].map((trace) => isAnswered(trace));
      if (mine !== theirs)
        throw unsupported(
          'look-up-on-lab',
          `${query.to} ${mine ? 'does not answer' : 'answers'} on the real kernel, unlike in the simulation`,
        );
    }
  }

  resolvConf(place: string, text: string): void {
    const conf = formatResolvConf(confOf(this.simulation, endpointOf(place, this.simulation.nodes)));
    judgeResolvConf(text, conf, { place, replay: replayLine(this.options.where?.(), 'pod/…', '…', 'TCP') });
  }

  lookUp(sentence: string): void {
    if (this.#judgedOn !== 'sim') throw unsupported('capture-on-lab', 'captures are made on the simulated kernel only');
    const { who, host } = parseLookUp(sentence);
    for (const { from, label } of this.#world().subjects(who)) this.#captures.lookUp(this.simulation, label, from, host);
  }

  connectivity(protocol: 'TCP' | 'UDP' | 'SCTP', port: number, table: readonly (readonly string[])[]): void {
    this.#judge((world) => judgeConnectivity(table, { protocol, port }, world));
  }

  /** By the simulation, by the real kernel, or by both: first whether they agree at all. */
  #judge<T>(judge: (world: ClusterWorld, i: number) => T): readonly T[] {
    const on = this.#judgedOn;
    if (on === 'sim') return [judge(this.#world(), 0)];
    const real = this.#realJudge();
    real.ask(this.#connectionsOf((world) => judge(world, 0)));
    const worlds = [...(on === 'both' ? [this.#world()] : []), this.#world((query) => real.trace(query))];
    return worlds.map(judge);
  }

  /** Every connection that a judgement asks for; whether it holds does not matter here. */
  #connectionsOf(judge: (world: ClusterWorld) => unknown): readonly TraceQuery[] {
    const asked: TraceQuery[] = [];
    const tracer = (query: TraceQuery): Trace => {
      asked.push(query);
      return this.simulation.trace(query);
    };
    try {
      judge(this.#world(tracer));
    } catch (error) {
      if (!(error instanceof ClaimMismatch) && !(error instanceof UnsupportedError)) throw error;
    }
    return asked;
  }

  get #judgedOn(): JudgedOn {
    return this.options.on ?? 'sim';
  }

  #realJudge(): RealJudge {
    const on = this.#judgedOn === 'both' ? 'both' : 'lab';
    return (this.#real ??= makeRealJudge(this.simulation, on));
  }

  takeTraces(error?: unknown): RecordedTraces | undefined {
    const shown = error instanceof ClaimMismatch ? error.problems[0]?.shown : undefined;
    return this.#recorder.hasAsked || shown !== undefined ? this.#recorder.take(this.simulation, shown) : undefined;
  }

  #world(tracer?: (query: TraceQuery) => Trace): ClusterWorld {
    const { simulation, options } = this;
    const trace = tracer ?? ((query: TraceQuery): Trace => simulation.trace(query));
    const noted = (query: TraceQuery): Trace => this.#recorder.note(query, trace(query), tracer === undefined);
    return new ClusterWorld(
      simulation,
      (from, to, protocol) => replayLine(options.where?.(), from, to, protocol),
      options.keepsTraces === true ? noted : trace,
    );
  }

  #judged(sentence: string): readonly Judgement[] {
    if (this.#last !== undefined) return this.#last;
    throw inputError('no-claim', `"${sentence}" is about the last claim, and there is none`, {
      fix: 'begin with a sentence such as `Then pod A can reach pod B`',
    });
  }
}

function addressesOf(simulation: Simulation, world: ClusterWorld, place: PlacePhrase): readonly string[] {
  if (place.kind === 'socket') return [place.ip];
  return place.kind === 'service' ? addressesOfService(simulation, place.name) : world.addresses(place);
}

/** The sentence with the address that its host has; a Service's first port is meant where none is named. */
function atAddress(claim: TrafficClaim, address: string, simulation: Simulation): TrafficClaim {
  const span = claim.objectSpan;
  const named = claim.object.kind === 'host' ? claim.object.port : undefined;
  const port = named ?? servicePortAt(simulation.view(), address) ?? HTTP_PORT;
  const route: RoutePhrase = claim.route ?? {
    ...{ via: 'port', port, protocol: undefined, node: undefined, address: undefined },
    span: { start: span.end, end: span.end },
  };
  return { ...claim, object: { kind: 'address', address, span }, route };
}

const HTTP_PORT = 80;

/** Of one sentence about several addresses, kernel by kernel. */
function joinJudgements(judged: readonly (readonly Judgement[])[]): readonly Judgement[] | undefined {
  const [first] = judged;
  return first?.map((judgement, i) => {
    const parts = judged.flatMap((one) => one[i] ?? []);
    const isCut = parts.some(({ whole }) => whole !== undefined);
    return { ...judgement, checks: parts.flatMap(({ checks }) => checks), whole: isCut ? () => parts.flatMap(everyCheck) : undefined };
  });
}

export function createSpec(options: SpecOptions): Spec {
  return new ScenarioSpec(options);
}
