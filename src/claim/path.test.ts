import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeTraffic } from './judge/judge-traffic.js';
import { parseTrafficClaim } from './parse/traffic-claim.js';
import { judgePath, type PathDirection, type PathMode } from './path.js';
import { hopLines } from './path-lines.js';
import { placeMatches } from './place.js';
import { globMatches } from './glob.js';
import { buildWorld } from './testing/build-world.test.js';
import { outcome, way } from './testing/build-trace.test.js';
import { droppedByPolicy, noSocket, viaVxlan } from './testing/scenes.test.js';

const world = buildWorld({
  'pod/default/a svc/default/nginx:80': [viaVxlan('nginx-1', { probability: 1 })],
  'pod/default/a svc/default/nginx:81': [viaVxlan('nginx-1'), viaVxlan('nginx-2')],
  'pod/default/a pod/default/b:80': [droppedByPolicy()],
  'pod/default/a pod/default/b:81': [noSocket()],
});

function judge(sentence: string, table: string, mode: PathMode = 'gaps', direction: PathDirection = 'request'): void {
  const rows = table
    .trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, where = '', what = '']) => ({ where, what }));
  judgePath(rows, { mode, direction }, judgeTraffic(parseTrafficClaim(sentence), world), world);
}

describe('a path that is met', () => {
  it('as the language shows it', () => {
    judge(
      'pod A can reach Service nginx',
      `| pod A       | eth0                                 |
       | node1       | cni0                                 |
       | node1       | nat KUBE-SVC-* DNAT to 10.244.2.4:80 |
       | node1       | flannel.1 encapsulates in VXLAN      |
       | node2       | flannel.1                            |
       | pod nginx-* | eth0 delivered                       |`,
    );
  });
  it('holds in both outcomes by wildcards', () => {
    judge(
      'pod A can reach Service nginx on port 81',
      '| node1 | nat KUBE-SVC-* DNAT to 10.244.*.4:80 |\n| node* | flannel.1 decapsulates VXLAN |\n| * | eth0 delivered |',
    );
  });
  it('in one outcome is enough after "can sometimes"', () => {
    judge('pod A can sometimes reach Service nginx on port 81', '| pod nginx-2 | eth0 delivered |');
  });
  it('every chain on the way to a rule names the line, several in their order', () => {
    judge('pod A can reach Service nginx', '| node1 | nat KUBE-SEP-* DNAT to * |\n| node1 | nat KUBE-SVC-* DNAT to * |\n| node2 | eth0 |');
  });
  it('chains that only let it pass can be named where gaps are allowed', () => {
    judge(
      'pod A can reach Service nginx',
      '| node1 | filter FLANNEL-FWD ACCEPT |\n| node1 | nat KUBE-POSTROUTING |\n| node2 | filter FORWARD |',
    );
  });
  it('the way back', () =>
    judge('pod A can reach Service nginx', '| node2 | flannel.1 encapsulates in VXLAN |\n| pod A | eth0 delivered |', 'gaps', 'reply'));
  it('the underlay may be named', () => judge('pod A can reach Service nginx', '| node1 | eth0 |\n| underlay | br0 |\n| node2 | eth0 |'));
  it('of a packet that is dropped', () => judge('pod A cannot reach pod B', '| node2 | filter FORWARD DROP |'));
  it('of a packet that nobody listens for', () => judge('pod A cannot reach pod B on port 81', '| pod B | eth0 dropped NO_SOCKET |'));
  it('exactly, every line, without the underlay', () => {
    judge(
      'pod A can reach Service nginx',
      `| pod a       | eth0                            |
       | node1       | veth*                           |
       | node1       | cni0                            |
       | node1       | nat * DNAT to 10.244.2.4:80     |
       | node1       | flannel.1 encapsulates in VXLAN |
       | node1       | eth0                            |
       | node2       | eth0                            |
       | node2       | flannel.1                       |
       | node2       | cni0                            |
       | node2       | veth*                           |
       | pod nginx-1 | eth0 delivered                  |`,
      'exactly',
    );
  });
});

describe('what is printed can be pasted', () => {
  for (const mode of ['gaps', 'exactly'] as const) {
    for (const direction of ['request', 'reply'] as const) {
      it(`${mode}, ${direction}`, () => {
        const scene = viaVxlan('nginx-1');
        const lines = hopLines(scene[direction], 'default').filter((line) => !line.quiet && !line.underlay);
        const table = lines.map((line) => `| ${line.where} | ${line.texts[0]} |`).join('\n');
        judge('pod A can reach Service nginx', table, mode, direction);
      });
    }
  }
});

describe('one sight of a packet is one line', () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ['a device that receives and delivers', 'p rx eth0\np prerouting\np deliver eth0', ['eth0 delivered']],
    ['a bridge and its own device', 'n bridge cni0\nn rx cni0', ['cni0']],
    [
      'a bridge whose port runs the hook before it',
      'n rx veth1\nn prerouting:br0 nat X#1:-j DNAT => DNAT to 1.2.3.4:5\nn bridge br0\nn rx br0',
      ['veth1', 'br0', 'nat X DNAT to 1.2.3.4:5'],
    ],
    [
      'a translation before a delivery',
      'n rx eth0\nn prerouting:eth0 => DNAT to 1.2.3.4:5\nn deliver eth0',
      ['eth0', 'nat DNAT to 1.2.3.4:5', 'eth0 delivered'],
    ],
    ['the loopback device sends to itself', 'n tx lo\nn rx lo\nn deliver lo', ['lo delivered']],
    [
      'the chain of the rule that translates, not of the last mark',
      'n prerouting nat A#1:-j B; nat B#1:-j MARK; nat A#2:-j DNAT => DNAT to 1.2.3.4:5',
      ['nat A DNAT to 1.2.3.4:5'],
    ],
    ['in and out by one device are two', 'n rx eth0\nn route forward by default\nn tx eth0', ['eth0', 'eth0']],
    ['a tunnel device that sends and encapsulates', 'n tx t0\nn encapsulate t0 => encapsulates in IPIP', ['t0 encapsulates in IPIP']],
    [
      'two translations in one hook',
      'n output nat OUTPUT#1:-j X => DNAT to 1.2.3.4:5, SNAT to 6.7.8.9:1',
      ['nat OUTPUT DNAT to 1.2.3.4:5, SNAT to 6.7.8.9:1'],
    ],
    ['a translation by the binding', 'n prerouting => un-SNAT to 1.2.3.4:5', ['nat un-SNAT to 1.2.3.4:5']],
    ['a drop that a hook said already', 'n forward filter FORWARD#0 !drop\nn drop eth0 NETFILTER_DROP', ['filter FORWARD DROP']],
    ['a drop elsewhere', 'n rx eth0\nn drop eth0 IP_RPFILTER', ['eth0 dropped IP_RPFILTER']],
    ['an answer after a reject', 'n forward filter F#1:-j REJECT !reject\nn answer => with a TCP reset !reject', ['filter F REJECT']],
  ];
  for (const [name, text, expected] of cases) {
    it(name, () => {
      const loud = hopLines(way(text), 'default').filter((line) => !line.quiet);
      assert.deepEqual(
        loud.map((line) => line.texts[0]),
        expected,
      );
    });
  }
});

describe('places', () => {
  const cases: readonly (readonly [string, string, string, boolean])[] = [
    ['pod A', 'pod.default.a', 'default', true],
    ['pod A', 'pod.shop.a', 'default', false],
    ['pod a', 'pod.shop.a', 'shop', true],
    ['pod shop/web-*', 'pod.shop.web-7d9f', 'default', true],
    ['pod */web', 'pod.shop.web', 'default', true],
    ['pod web.v1', 'pod.default.web.v1', 'default', true],
    ['node*', 'node1', 'default', true],
    ['client laptop', 'external.laptop', 'default', true],
    ['underlay', 'fabric.net', 'default', true],
    ['*', 'pod.shop.a', 'default', true],
    ['pod node1', 'node1', 'default', false],
    ['container ssh of pod A', 'pod.default.a', 'default', true],
  ];
  for (const [written, netns, current, expected] of cases) {
    it(`${written} ${expected ? 'is' : 'is not'} ${netns} in ${current}`, () =>
      assert.equal(placeMatches(written, netns, current), expected));
  }
});

describe('wildcards', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['a*c', 'abc', true],
    ['a*c', 'ac', true],
    ['a*bc*c', 'abc', false],
    ['*', '', true],
    ['a.b', 'axb', false],
    ['*b*', 'abc', true],
    ['ab*ba', 'aba', false],
  ];
  for (const [pattern, text, expected] of cases) it(`${pattern} on "${text}"`, () => assert.equal(globMatches(pattern, text), expected));
});

describe('limits', () => {
  it('an outcome without hops cannot be matched', () => {
    const blind = buildWorld({ 'pod/default/a pod/default/c:80': [outcome()] });
    const judgement = judgeTraffic(parseTrafficClaim('pod A can reach pod C'), blind);
    assert.throws(() => judgePath([{ where: '*', what: '*' }], { mode: 'gaps', direction: 'request' }, judgement, blind), {
      name: 'UnsupportedError',
    });
  });
  it('a table without rows is wrong', () => {
    assert.throws(
      () => judgePath([], { mode: 'gaps', direction: 'request' }, judgeTraffic(parseTrafficClaim('pod A can reach pod C'), world), world),
      {
        name: 'InputError',
      },
    );
  });
});
