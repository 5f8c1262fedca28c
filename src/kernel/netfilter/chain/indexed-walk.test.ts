/** A chain with an index answers as a walk from the top does: the verdict, the rules that matched, and their positions. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { endsOf, icmp, oneNamespace, send, tcp, udp } from '../testing/one-namespace.js';

const address = fc.constantFrom('10.96.0.1', '10.96.0.2', '10.96.0.3', '192.168.1.10');
const port = fc.constantFrom(53, 80, 443, 30080);
const proto = fc.constantFrom('tcp', 'udp');

const destination = fc.oneof(
  fc.constant(''),
  address.map((ip) => `-d ${ip}/32`),
  address.map((ip) => `! -d ${ip}/32`),
  fc.constantFrom('-d 10.96.0.0/24', '-d 0.0.0.0/0'),
);
const ports = fc.oneof(
  fc.constant(''),
  fc.tuple(proto, port).map(([p, n]) => `-p ${p} -m ${p} --dport ${n}`),
  fc.tuple(proto, port).map(([p, n]) => `-p ${p} -m ${p} ! --dport ${n}`),
  fc.constantFrom('-p tcp -m tcp --dport 50:90', '-p icmp', '-p tcp', '! -p tcp', '-p tcp -m multiport --dports 80,443'),
);
const target = fc.constantFrom(
  ...['MARK --set-mark 1', 'MARK --set-xmark 2/2', 'RETURN', 'LOG', 'MARK --set-mark 4', 'LOG'],
  ...['DNAT --to-destination 10.0.0.7', 'ACCEPT', 'MINE', 'MARK --set-mark 8'],
);
const rule = fc.tuple(destination, ports, fc.constantFrom('', '', '-m mark --mark 1'), target).map((parts) => {
  const [to, on, mark, then] = parts;
  return `${to} ${on} ${mark} -j ${then}`.replace(/ +/g, ' ').trim();
});
const packet = fc.tuple(fc.constantFrom('tcp', 'udp', 'icmp'), address, port).map(([kind, to, dport]) => {
  if (kind === 'icmp') return icmp('10.0.0.1', to);
  return kind === 'tcp' ? tcp('10.0.0.1:4000', `${to}:${dport}`) : udp('10.0.0.1:4000', `${to}:${dport}`);
});

/** One rule in each chain, every chain going on in the next: never long enough for an index. */
function inSteps(rules: readonly string[]): string[] {
  return rules.flatMap((text, i) => [`nat S${i} ${text}`, ...(i + 1 < rules.length ? [`nat S${i} -g S${i + 1}`] : [])]);
}

it('an indexed chain answers as a linear walk does', () => {
  fc.assert(
    fc.property(
      fc.array(rule, { minLength: 9, maxLength: 40 }),
      fc.array(rule, { maxLength: 12 }),
      fc.array(packet, { maxLength: 6 }),
      (rules, mine, packets) => {
        const user = mine.map((text) => `nat MINE ${text.replace('-j MINE', '-j LOG')}`);
        const last = 'nat MINE -m mark --mark 9 -j RETURN';
        const indexed = oneNamespace(['nat PREROUTING -j ALL', ...rules.map((text) => `nat ALL ${text}`), ...user, last]);
        const linear = oneNamespace(['nat PREROUTING -g S0', ...inSteps(rules), ...user, last]);
        for (const one of packets) {
          const a = send(indexed, one);
          const b = send(linear, one);
          assert.deepEqual([a.verdict, a.passage.mark, endsOf(a.passage.packet)], [b.verdict, b.passage.mark, endsOf(b.passage.packet)]);
          assert.deepEqual(a.rules.map(position), b.rules.flatMap(stepPosition));
        }
      },
    ),
    { numRuns: 150, seed: 7 },
  );
});

function position(hit: string): string {
  return hit === 'nat PREROUTING 1' ? '' : hit;
}

/** `nat S4 1` is rule 5 of ALL; a goto to the next step is none. */
function stepPosition(hit: string): string[] {
  const [, step, index] = /^nat S(\d+) (\d)$/.exec(hit) ?? [];
  if (step === undefined) return [position(hit)];
  return index === '1' ? [`nat ALL ${Number(step) + 1}`] : [];
}
