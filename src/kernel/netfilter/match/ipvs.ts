/**
 * -m ipvs (net/netfilter/xt_ipvs.c): whether IPVS has handled the packet, and for which service. All but --ipvs alone hold for no other
 * packet, negated or not; the connection is looked for as a request that has its server already.
 */
import { cidrContains } from '../../../base/cidr.js';
import type { Match } from '../../../plan/rule/rule.js';
import type { IpvsFlow } from '../contract.js';
import { connectionOf, type Evaluation, type Test } from '../evaluation.js';

type IpvsMatch = Extract<Match, { kind: `ipvs${string}` }>;

const METHODS = { MASQ: 'masq', GATE: 'gateway', IPIP: 'tunnel' } as const;

/** `alone`: the rule asks nothing more of IPVS. */
export function ipvsTest(match: IpvsMatch, alone: boolean): Test {
  if (match.kind === 'ipvs') return ({ passage }) => (passage.ipvs !== undefined) !== match.not || (!alone && passage.ipvs !== undefined);
  return (e) => {
    if (e.passage.ipvs === undefined) return false;
    if (match.kind === 'ipvs-protocol') return (e.passage.packet.proto === match.proto) !== match.not;
    const flow = e.host.ipvs?.flowOf(e.passage.packet);
    return flow !== undefined && holds(e, match, flow) !== match.not;
  };
}

function holds(e: Evaluation, match: Exclude<IpvsMatch, { kind: 'ipvs' | 'ipvs-protocol' }>, { ip, port, method }: IpvsFlow): boolean {
  switch (match.kind) {
    case 'ipvs-address':
      return cidrContains(match.cidr, ip);
    case 'ipvs-port':
      return port === match.port;
    case 'ipvs-method':
      return METHODS[match.method] === method;
    case 'ipvs-direction':
      return connectionOf(e.passage) !== undefined && e.passage.ctReply === (match.direction === 'REPLY');
  }
}
