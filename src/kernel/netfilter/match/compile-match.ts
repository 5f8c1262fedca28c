/** One parsed match → its test, or undefined for what always holds. What is not modelled is unsupported by name. */
import { unsupported } from '../../../base/errors.js';
import type { Match } from '../../../plan/rule/rule.js';
import type { Test } from '../evaluation.js';
import { addressTest, rangeTest } from './address.js';
import { compileExtension, isExtension } from './compile-extension.js';
import { connectionTest, connmarkTest, markTest, stateTest } from './connection.js';
import { deviceTest, physdevIsTest, physdevTest } from './device.js';
import {
  fragmentTest,
  headerFieldTest,
  icmpTypeTest,
  icmpv6TypeTest,
  multiportTest,
  portTest,
  protocolTest,
  tcpFlagsTest,
} from './header.js';
import { addressTypeTest, macTest, ownerTest, packetTypeTest, reversePathTest, socketExistsTest } from './host.js';
import { recentTest } from './recent.js';
import { ipvsTest } from './ipvs.js';
import { setTest } from './set.js';
import { limitTest, nthTest, randomTest } from './stateful.js';

/** `all` are the matches of its -m. */
export function compileMatch(match: Match, all: readonly Match[]): Test | undefined {
  if (isExtension(match)) return compileExtension(match, all);
  switch (match.kind) {
    case 'comment':
    case 'nfacct':
    case 'owner-groups':
      return undefined;
    case 'source':
    case 'destination':
      return addressTest(match.kind, match.cidr, match.not);
    case 'ip-range':
      return rangeTest(match.side, match.from, match.to, match.not);
    case 'in-interface':
    case 'out-interface':
      return deviceTest(match.kind === 'in-interface' ? 'in' : 'out', match.name, match.prefix, match.not);
    case 'physdev-in':
    case 'physdev-out':
      return physdevTest(match.kind === 'physdev-in' ? 'in' : 'out', match.name, match.prefix, match.not);
    case 'physdev-is':
      return physdevIsTest(match.what, match.not);
    case 'protocol':
      return protocolTest(match.proto, match.not);
    case 'source-port':
    case 'destination-port':
      return portTest(match.kind === 'source-port' ? 'source' : 'destination', match.proto, match.ports, match.not);
    case 'multiport':
      return multiportTest(match.side, match.ports, match.not);
    case 'tcp-flags':
      return tcpFlagsTest(match.mask, match.comp, match.not);
    case 'icmp-type':
      return icmpTypeTest(match.type, match.code, match.not);
    case 'icmpv6-type':
      return icmpv6TypeTest(match.type, match.code, match.not);
    case 'fragment':
      return fragmentTest(match.not);
    case 'length':
    case 'ttl':
    case 'hop-limit':
    case 'dscp':
    case 'tos':
      return headerFieldTest(match);
    default:
      return compileStateMatch(match, all);
  }
}

/** Matches on what is not in the packet's header. */
function compileStateMatch(match: Match, all: readonly Match[]): Test {
  switch (match.kind) {
    case 'mark':
      return markTest(match.value, match.mask, match.not);
    case 'connmark':
      return connmarkTest(match.value, match.mask, match.not);
    case 'ct-state':
      return stateTest(match.states, match.not);
    case 'ct-direction':
    case 'ct-protocol':
    case 'ct-address':
    case 'ct-port':
    case 'ct-status':
      return connectionTest(
        match,
        all.some(({ kind }) => kind === 'ct-state'),
      );
    case 'source-type':
    case 'destination-type':
      return addressTypeTest(match);
    case 'statistic-random':
      return randomTest(match.probability, match.not);
    case 'statistic-nth':
      return nthTest(match.every, match.packet, match.not);
    case 'recent':
      return recentTest(match);
    case 'limit':
      return limitTest(match.packets, match.perSeconds, match.burst);
    case 'owner':
      return ownerTest(match.what, match.ids, match.not);
    case 'owner-socket':
      return socketExistsTest(match.not);
    case 'mac-source':
      return macTest(match.mac, match.not);
    case 'packet-type':
      return packetTypeTest(match.type, match.not);
    case 'ipvs':
    case 'ipvs-protocol':
    case 'ipvs-address':
    case 'ipvs-port':
    case 'ipvs-direction':
    case 'ipvs-method':
      return ipvsTest(match, all.filter(({ kind }) => kind.startsWith('ipvs')).length === 1);
    case 'set':
      return setTest(match);
    case 'rpfilter':
      return reversePathTest(match);
    default:
      throw unsupported(`match-${match.kind}`, `the iptables match "${match.kind}" is not modelled`);
  }
}
