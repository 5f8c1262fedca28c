import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BROADCAST_MAC } from '../../base/mac.js';
import type { NetnsPlan } from '../../plan/plan.js';
import { learnFdb } from '../apply.js';
import { buildNamespace } from '../build-namespace.js';
import { createNetfilter } from '../netfilter/netfilter.js';
import { netfilterHost } from '../netfilter-host.js';
import { Watch } from '../recall/watch.js';
import type { Runtime } from '../runtime.js';
import { type Bridge, bridgeFrame, type BridgePort, mustLearn } from './bridge.js';

const A = 0x0a0000000001;
const B = 0x0a0000000002;
const OWN = 0x0a00000000ff;
const MULTICAST = 0x01005e000001;
const AGEING_US = 300_000_000;

/** A bridge with the ports p1, p2, p3, …, one for each text of port options. */
function bridgeOf(
  slaves: readonly string[],
  more: Partial<NetnsPlan> = {},
): { readonly bridge: Bridge; readonly ports: readonly BridgePort[] } {
  const links = [
    { name: 'br0', kind: 'bridge', mac: '0a:00:00:00:00:ff' },
    ...slaves.map((slave, i) => ({
      name: `p${i + 1}`,
      kind: 'veth',
      mac: `0a:00:00:00:01:0${i + 1}`,
      master: 'br0',
      slave,
      up: !slave.includes('learning off flood off'),
    })),
  ];
  const plan: NetnsPlan = {
    sysctl: {},
    links,
    routes: [],
    rules: [],
    neigh: [],
    fdb: [],
    iptables: undefined,
    ip6tables: undefined,
    ...more,
  };
  const bridge = buildNamespace('host', plan, [], {
    makeNetfilter: (made) => createNetfilter(undefined, netfilterHost({} as Runtime, made)),
  }).deviceByName.get('br0')?.bridge;
  assert.ok(bridge);
  return { bridge, ports: bridge.ports };
}

function at(nowUs: number): Runtime {
  return { nowUs, watch: new Watch() } as Runtime;
}

describe('a bridge', () => {
  const cases: readonly [string, readonly string[], number, number, string][] = [
    ['floods what it does not know to all other ports', ['', '', ''], B, 1, 'p3 p2'],
    ['sends what it knows to its port', ['', '', ''], A, 2, 'p1'],
    ['brings its own address up', ['', '', ''], OWN, 1, 'local'],
    ['brings the addresses of its ports up', ['', '', ''], 0x0a0000000103, 1, 'local'],
    ['brings a broadcast up and floods it', ['', '', ''], BROADCAST_MAC, 1, 'local p3 p2'],
    ['floods the broadcast of the host itself', ['', '', ''], BROADCAST_MAC, 0, 'p3 p2 p1'],
    ['brings a multicast up and floods it', ['', '', ''], MULTICAST, 3, 'local p2 p1'],
    ['sends nothing back out of the port it came from', ['', '', ''], A, 1, ''],
    ['sends it back where hairpin is on', ['hairpin on', '', ''], A, 1, 'p1'],
    ['floods back where hairpin is on', ['hairpin on', '', ''], B, 1, 'p3 p2 p1'],
    ['keeps isolated ports apart', ['isolated on', 'isolated on', ''], A, 2, ''],
    ['lets an isolated port talk to others', ['isolated on', 'isolated on', ''], A, 3, 'p1'],
    ['floods only where flood is on', ['', '', 'flood off'], B, 1, 'p2'],
    ['broadcasts only where bcast_flood is on', ['', 'bcast_flood off', ''], BROADCAST_MAC, 1, 'local p3'],
    ['leaves ports alone that are down', ['', '', 'learning off flood off'], BROADCAST_MAC, 1, 'local p2'],
  ];
  for (const [name, slaves, dst, from, expected] of cases) {
    it(name, () => {
      const { bridge, ports } = bridgeOf(slaves);
      learnFdb(at(0), bridge, ports[0] as BridgePort, A);
      assert.equal(bridgeFrame(bridge, dst, from === 0 ? undefined : ports[from - 1], 1).names.join(' '), expected);
    });
  }

  it('forgets an address after its ageing time, and floods again', () => {
    const { bridge, ports } = bridgeOf(['', '', '']);
    learnFdb(at(0), bridge, ports[0] as BridgePort, A);
    assert.deepEqual(bridgeFrame(bridge, A, ports[1], AGEING_US).names, ['p1']);
    assert.deepEqual(bridgeFrame(bridge, A, ports[1], AGEING_US + 1).names, ['p3', 'p1']);
    learnFdb(at(AGEING_US), bridge, ports[0] as BridgePort, A);
    assert.deepEqual(bridgeFrame(bridge, A, ports[1], AGEING_US + 1).names, ['p1']);
  });

  it('follows an address that moves to another port', () => {
    const { bridge, ports } = bridgeOf(['', '', '']);
    learnFdb(at(0), bridge, ports[0] as BridgePort, A);
    learnFdb(at(1), bridge, ports[2] as BridgePort, A);
    assert.deepEqual(bridgeFrame(bridge, A, ports[1], 2).names, ['p3']);
  });

  it('learns neither groups, nor its own addresses, nor where learning is off', () => {
    const { bridge, ports } = bridgeOf(['', 'learning off']);
    const [first, second] = ports as readonly [BridgePort, BridgePort];
    assert.equal(mustLearn(first, bridge, A), true);
    assert.equal(mustLearn(first, bridge, MULTICAST), false);
    assert.equal(mustLearn(first, bridge, OWN), false);
    assert.equal(mustLearn(second, bridge, A), false);
  });

  it('does not forget static entries of the plan, but moves them', () => {
    const { bridge, ports } = bridgeOf(['', '', ''], { fdb: ['0a:00:00:00:00:02 dev p2 master static'] });
    assert.deepEqual(bridgeFrame(bridge, B, ports[0], AGEING_US * 9).names, ['p2']);
    assert.equal(mustLearn(ports[0] as BridgePort, bridge, B), true);
  });
});
