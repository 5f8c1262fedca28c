/** -m conntrack, -m mark, -m connmark: the packet's mark and its connection. SNAT and DNAT are states of the connection's bindings. */
import { cidrContains, type Cidr } from '../../../base/cidr.js';
import type { CtStateName, Match, Range } from '../../../plan/rule/rule.js';
import { connectionOrTemplate } from '../conntrack/template.js';
import type { Evaluation, Test } from '../evaluation.js';

export function markTest(value: number, mask: number, not: boolean): Test {
  const wanted = value >>> 0;
  return ({ passage }) => ((passage.mark & mask) >>> 0 === wanted) !== not;
}

export function connmarkTest(value: number, mask: number, not: boolean): Test {
  return ({ passage }) => {
    const connection = connectionOrTemplate(passage);
    return connection !== undefined && ((connection.mark & mask) >>> 0 === value >>> 0) !== not;
  };
}

/** What has no connection is INVALID unless NOTRACK said otherwise: in the raw table too, before connection tracking. */
function stateOf({ passage }: Evaluation): CtStateName {
  if (passage.ct !== undefined || passage.state === 'UNTRACKED') return passage.state;
  return passage.template === true ? 'NEW' : 'INVALID';
}

export function stateTest(states: readonly CtStateName[], not: boolean): Test {
  const snat = states.includes('SNAT');
  const dnat = states.includes('DNAT');
  const plain: readonly CtStateName[] = states.filter((state) => state !== 'SNAT' && state !== 'DNAT');
  const [first, second] = plain;
  if (!snat && !dnat && plain.length <= 2) {
    return (e) => {
      const state = stateOf(e);
      return (state === first || state === second) !== not;
    };
  }
  return (e) => {
    const connection = connectionOrTemplate(e.passage);
    const holds = plain.includes(stateOf(e)) || (snat && connection?.srcNat !== undefined) || (dnat && connection?.dstNat !== undefined);
    return holds !== not;
  };
}

type ConnectionMatch = Extract<Match, { kind: 'ct-direction' | 'ct-protocol' | 'ct-address' | 'ct-port' | 'ct-status' }>;

/** Without a connection none of these holds, negated or not; beside a --ctstate all do (conntrack_mt asks for nothing more then). */
export function connectionTest(match: ConnectionMatch, besideState: boolean): Test {
  const holds = connectionField(match);
  return (e) => (connectionOrTemplate(e.passage) === undefined ? besideState : holds(e) !== match.not);
}

function connectionField(match: ConnectionMatch): Test {
  switch (match.kind) {
    case 'ct-direction':
      return ({ passage }) => passage.ctReply === (match.direction === 'REPLY');
    case 'ct-protocol':
      return ({ passage }) => connectionOrTemplate(passage)?.original.proto === match.proto;
    case 'ct-address':
      return addressField(match.which, match.cidr);
    case 'ct-port':
      return portField(match.which, match.ports);
    case 'ct-status':
      return (e) => match.statuses.some((status) => hasStatus(e, status));
  }
}

function addressField(which: 'origsrc' | 'origdst' | 'replsrc' | 'repldst', cidr: Cidr): Test {
  return ({ passage }) => {
    const connection = connectionOrTemplate(passage);
    if (connection === undefined) return false;
    const tuple = which.startsWith('orig') ? connection.original : connection.reply;
    return cidrContains(cidr, which.endsWith('src') ? tuple.src : tuple.dst);
  };
}

function portField(which: string, ports: Range): Test {
  return ({ passage }) => {
    const connection = connectionOrTemplate(passage);
    if (connection === undefined) return false;
    const tuple = which.startsWith('orig') ? connection.original : connection.reply;
    const port = which.endsWith('srcport') ? tuple.a : tuple.b;
    return port >= ports.from && port <= ports.to;
  };
}

function hasStatus({ passage }: Evaluation, status: 'NONE' | 'EXPECTED' | 'SEEN_REPLY' | 'ASSURED' | 'CONFIRMED'): boolean {
  const connection = connectionOrTemplate(passage);
  if (connection === undefined) return false;
  switch (status) {
    case 'SEEN_REPLY':
      return connection.seenReply;
    case 'ASSURED':
      return connection.assured;
    case 'CONFIRMED':
      return connection.confirmed;
    case 'EXPECTED':
    case 'NONE':
      // NONE asks for none of the bits, and so holds for no connection.
      return false;
  }
}
