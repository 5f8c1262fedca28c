import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { IpPacket } from '../../../packet/ip-packet.js';
import { endsOf, icmp, oneNamespace, type OneNamespace, send, tcp, udp } from '../testing/one-namespace.js';

const after = (ns: OneNamespace, packet: IpPacket): string => endsOf(send(ns, packet).passage.packet);
const SNAT = ['nat POSTROUTING -j SNAT --to-source 192.0.2.1'];

describe('a source port', () => {
  it('is kept while the answer can be told apart', () => {
    const ns = oneNamespace(SNAT);
    assert.equal(after(ns, udp('10.0.0.1:4000', '198.51.100.1:53')), '192.0.2.1:4000 > 198.51.100.1:53');
    assert.equal(after(ns, udp('10.0.0.2:4000', '198.51.100.2:53')), '192.0.2.1:4000 > 198.51.100.2:53');
  });
  it('changes on a clash, and stays changed for that socket whoever it calls', () => {
    const ns = oneNamespace(SNAT);
    after(ns, udp('10.0.0.1:4000', '198.51.100.1:53'));
    const port = /:(\d+) >/.exec(after(ns, udp('10.0.0.2:4000', '198.51.100.1:53')))?.[1];
    assert.notEqual(port, '4000');
    assert.equal(after(ns, udp('10.0.0.2:4000', '198.51.100.9:53')), `192.0.2.1:${port} > 198.51.100.9:53`);
  });
  for (const [port, from, to] of [
    [111, 1, 511],
    [600, 600, 1023],
    [1023, 600, 1023],
    [1024, 1024, 65535],
    [65535, 1024, 65535],
  ] as const) {
    it(`of ${port} stays within ${from}–${to}`, () => {
      const ns = oneNamespace(SNAT);
      for (const host of [1, 2, 3]) {
        const chosen = Number(/:(\d+) >/.exec(after(ns, udp(`10.0.0.${host}:${port}`, '198.51.100.1:53')))?.[1]);
        assert.ok(chosen >= from && chosen <= to, String(chosen));
      }
    });
  }
  it('is another with --random-fully, even when the own is free', () => {
    const ns = oneNamespace(['nat POSTROUTING -j MASQUERADE --random-fully']);
    assert.notEqual(after(ns, tcp('10.0.0.1:4000', '10.0.0.2:80')), '192.168.1.10:4000 > 10.0.0.2:80');
  });
  it('that no range has left is a clash, and the packet is dropped', () => {
    const ns = oneNamespace(['nat POSTROUTING -p udp -j SNAT --to-source 192.0.2.1:3000-3001']);
    const verdicts = [1, 2, 3].map((host) => send(ns, udp(`10.0.0.${host}:3000`, '198.51.100.1:53')));
    assert.deepEqual(
      verdicts.map(({ verdict, reason }) => reason ?? verdict),
      ['accept', 'accept', 'CONNTRACK_CLASH'],
    );
  });
});

it("a connection that no rule translates gets another port when a translated one has its answer's tuple", () => {
  const ns = oneNamespace(['nat POSTROUTING -s 10.0.0.1/32 -j SNAT --to-source 10.0.6.2']);
  after(ns, udp('10.0.0.1:7000', '10.0.2.2:53'));
  const other = after(ns, udp('10.0.6.2:7000', '10.0.2.2:53'));
  assert.match(other, /^10\.0\.6\.2:\d+ > 10\.0\.2\.2:53$/);
  assert.notEqual(other, '10.0.6.2:7000 > 10.0.2.2:53');
});

describe('a destination', () => {
  for (const [to, expected] of [
    ['10.9.0.1', '10.9.0.1:80'],
    ['10.9.0.1:8080', '10.9.0.1:8080'],
    ['10.9.0.1:8080-8090', '10.9.0.1:8080'],
    ['10.9.0.1:70-90', '10.9.0.1:80'],
    ['10.9.0.1 --random', '10.9.0.1:80'],
  ] as const) {
    it(`--to-destination ${to}`, () => {
      const ns = oneNamespace([`nat PREROUTING -p tcp -j DNAT --to-destination ${to}`]);
      assert.equal(after(ns, tcp('10.0.0.1:4000', '10.0.0.2:80')), `10.0.0.1:4000 > ${expected}`);
    });
  }
  it('of several addresses is a choice, and so is a random port', () => {
    const asked: { site: string; weights: readonly number[] }[] = [];
    const rules = ['nat PREROUTING -p tcp -j DNAT --to-destination 10.9.0.1-10.9.0.4:8080-8081 --random'];
    const ns = oneNamespace(rules, { script: [2, 1], asked });
    assert.equal(after(ns, tcp('10.0.0.1:4000', '10.0.0.2:80')), '10.0.0.1:4000 > 10.9.0.3:8081');
    assert.deepEqual(
      asked.map(({ site, weights }) => [site, weights.length]),
      [
        ['address of a NAT range', 4],
        ['port of a NAT range', 2],
      ],
    );
  });
});

describe('the nat table', () => {
  it('is asked once for each side of a connection', () => {
    const ns = oneNamespace(['nat PREROUTING -j DNAT --to-destination 10.9.0.1', 'nat POSTROUTING -j MASQUERADE']);
    const segments = [tcp('10.0.0.1:1', '10.0.0.2:80'), tcp('10.9.0.1:80', '192.168.1.10:1', 'S.'), tcp('10.0.0.1:1', '10.0.0.2:80', '.')];
    assert.deepEqual(
      segments.map((segment) => send(ns, segment).rules),
      [['nat PREROUTING 1', 'nat POSTROUTING 1'], [], []],
    );
  });
  it('is not asked again where it said ACCEPT', () => {
    const ns = oneNamespace([
      'nat PREROUTING -m statistic --mode nth --every 2 --packet 0 -j ACCEPT',
      'nat PREROUTING -j DNAT --to-destination 10.9.0.1',
    ]);
    const udpPacket = udp('10.0.0.1:1', '10.0.0.2:53');
    assert.deepEqual([after(ns, udpPacket), after(ns, udpPacket)], ['10.0.0.1:1 > 10.0.0.2:53', '10.0.0.1:1 > 10.0.0.2:53']);
  });
});

describe('an echo', () => {
  it('gets another identifier on a clash, and its own back', () => {
    const ns = oneNamespace(SNAT);
    assert.equal(after(ns, icmp('10.0.0.1', '198.51.100.1')), '192.0.2.1 > 198.51.100.1 id 7');
    const id = Number(/id (\d+)/.exec(after(ns, icmp('10.0.0.2', '198.51.100.1')))?.[1]);
    assert.notEqual(id, 7);
    assert.equal(after(ns, icmp('198.51.100.1', '192.0.2.1', { type: 0, id })), '198.51.100.1 > 10.0.0.2 id 7');
  });
});

describe('an ICMP error about a translated packet', () => {
  const rules = ['nat PREROUTING -d 10.0.9.9/32 -j DNAT --to-destination 10.9.0.1:8080', 'nat POSTROUTING -j MASQUERADE'].map((rule) =>
    rule.replace('-j DNAT', '-p tcp -j DNAT'),
  );
  for (const [who, from, seen] of [
    ['of the server', '10.9.0.1', '10.0.9.9'],
    ['of a router in between', '10.5.5.5', '10.0.9.9'],
  ] as const) {
    it(`${who} reaches the client, about the packet that it sent`, () => {
      const ns = oneNamespace(rules);
      const sent = send(ns, tcp('10.0.0.1:4000', '10.0.9.9:80')).passage.packet;
      assert.equal(endsOf(sent), '192.168.1.10:4000 > 10.9.0.1:8080');
      const { packet } = send(ns, icmp(from, '192.168.1.10', { type: 3, code: 1, id: 0, about: sent })).passage;
      assert.equal(endsOf(packet), `${seen} > 10.0.0.1`);
      assert.equal(packet.l4.kind === 'icmp' && packet.l4.about && endsOf(packet.l4.about), '10.0.0.1:4000 > 10.0.9.9:80');
    });
  }
});
