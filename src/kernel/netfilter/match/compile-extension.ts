/** One parsed match of the rarer extensions → its test. What cannot be known here is unsupported by name. */
import { unsupported } from '../../../base/errors.js';
import type { ExtensionMatch } from '../../../plan/rule/extension-match.js';
import type { Match } from '../../../plan/rule/rule.js';
import type { Test } from '../evaluation.js';
import { stringTest, u32Test } from './bytes.js';
import { clusterTest } from './cluster.js';
import { connbytesTest } from './connbytes.js';
import { connlimitTest } from './connlimit.js';
import { connlabelTest, ctExpireTest, helperTest } from './connection-extras.js';
import { eui64Test, fragTest, ipv6HeaderTest } from './extension-header.js';
import { hashlimitTest } from './hashlimit.js';
import { quotaTest } from './stateful.js';
import { socketTest } from './socket.js';
import { sctpChunksTest } from './sctp-chunks.js';
import { ecnIpTest, tcpMssTest, tcpOptionTest } from './tcp-header.js';
import { timeTest } from './time.js';

const never: Test = () => false;

export function isExtension(match: Match): match is ExtensionMatch {
  return KINDS.has(match.kind);
}

const KINDS: ReadonlySet<string> = new Set<ExtensionMatch['kind']>([
  ...([
    'tcp-option',
    'sctp-chunks',
    'policy',
    'helper',
    'realm',
    'device-group',
    'ecn-tcp',
    'ecn-ip',
    'tcpmss',
    'quota',
    'connbytes',
  ] as const),
  ...(['connlimit', 'connlabel', 'ct-expire', 'u32', 'string', 'cluster', 'socket', 'extension-header', 'ipv6header', 'eui64'] as const),
  ...(['time', 'hashlimit'] as const),
]);

/** `all` are the matches of its -m. */
export function compileExtension(match: ExtensionMatch, all: readonly Match[]): Test {
  switch (match.kind) {
    case 'policy':
      // No packet here has been through IPsec, or will be.
      return () => !match.ipsec;
    case 'realm':
    case 'device-group': {
      // Routes of a plan have no realm, and its devices stand in group 0. Of a group only the masked bits count, of a realm all.
      const holds = (match.kind === 'realm' ? match.value : match.value & match.mask) === 0;
      return () => holds !== match.not;
    }
    case 'ecn-tcp':
      // No modelled host sends either bit: tcp_ecn is 2, and then nobody begins.
      return ({ passage: { packet } }) => packet.l4.kind === 'tcp' && match.not;
    case 'ecn-ip':
      return ecnIpTest(match.ect, match.not);
    case 'tcp-option':
      return tcpOptionTest(match.option, match.not);
    case 'tcpmss':
      return tcpMssTest(match.sizes, match.not);
    case 'sctp-chunks':
      return sctpChunksTest(match);
    case 'extension-header':
      return match.name === 'frag' ? fragTest(match.words) : never;
    case 'ipv6header':
      return ipv6HeaderTest(match.headers, match.soft, match.not);
    case 'eui64':
      return eui64Test;
    default:
      return compileCounting(match, all);
  }
}

/** What looks at connections, sockets, bytes and time. */
function compileCounting(match: ExtensionMatch, all: readonly Match[]): Test {
  switch (match.kind) {
    case 'helper':
      return helperTest(match.not);
    case 'connlabel':
      return connlabelTest(match.label, match.set, match.not);
    case 'ct-expire':
      return ctExpireTest(match.seconds, match.not, all);
    case 'connbytes':
      return connbytesTest(match);
    case 'connlimit':
      return connlimitTest(match);
    case 'cluster':
      return clusterTest(match);
    case 'hashlimit':
      return hashlimitTest(match);
    case 'quota':
      return quotaTest(match.bytes, match.not);
    case 'time':
      return timeTest(match);
    case 'u32':
      return u32Test(match.tests, match.not);
    case 'string':
      return stringTest(match);
    case 'socket':
      return socketTest(match);
    default:
      throw unsupported(`match-${match.kind}`, `the iptables match "${match.kind}" is not modelled`);
  }
}
