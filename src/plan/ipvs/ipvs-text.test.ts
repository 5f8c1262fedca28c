/** Texts of `ipvsadm -R`: what they come to as `ipvsadm-save -n` prints it, and what is wrong with bad ones. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { InputError, UnsupportedError } from '../../base/errors.js';
import { SCHEDULERS } from './ipvs-service.js';
import { readIpvs } from './read-ipvs.js';
import { writeIpvs } from './write-ipvs.js';

const FOLDER = 'fixtures/plan/ipvs';

describe('ipvsadm texts', () => {
  const text = readFileSync(`${FOLDER}/services.restore`, 'utf8');
  it('are printed as ipvsadm-save -n prints them', () => {
    const file = `${FOLDER}/services.save`;
    const printed = writeIpvs(readIpvs(text));
    if (process.env['HOPSPEC_UPDATE_GOLDEN'] === '1') writeFileSync(file, printed);
    assert.equal(printed, readFileSync(file, 'utf8'));
  });
  it('come to the same when what was printed is read again', () => {
    const printed = writeIpvs(readIpvs(text));
    assert.equal(writeIpvs(readIpvs(printed)), printed);
  });
});

/** Services with their servers as the tool prints them, each of another address. */
const SERVICE = fc
  .record({
    six: fc.boolean(),
    proto: fc.constantFrom('-t', '-u', '--sctp-service'),
    port: fc.integer({ min: 1, max: 65_535 }),
    scheduler: fc.constantFrom(...SCHEDULERS),
    more: fc.constantFrom('', ' -p 300', ' -p 60 -M NET', ' -o'),
    servers: fc.uniqueArray(
      fc.record({
        port: fc.integer({ min: 1, max: 65_535 }),
        weight: fc.nat({ max: 65_535 }),
        limits: fc.constantFrom('', ' -x 9', ' -x 9 -y 5'),
      }),
      { maxLength: 4, selector: ({ port }) => port },
    ),
  })
  .map(({ six, proto, port, scheduler, more, servers }) => (i: number): string => {
    const socket = (host: string, at: number): string => (six ? `[fd00::${host}]:${at}` : `10.0.0.${host}:${at}`);
    const key = `${proto} ${socket(String(i + 1), port)}`;
    const lines = servers.map((server) => `-a ${key} -r ${socket('99', server.port)} -m -w ${server.weight}${server.limits}`);
    return [`-A ${key} -s ${scheduler}${more.replace('NET', six ? '64' : '255.255.255.0')}`, ...lines].map((line) => `${line}\n`).join('');
  });

it('random ipvsadm texts are written as they were read', () => {
  fc.assert(
    fc.property(fc.array(SERVICE, { maxLength: 8 }), (services) => {
      const text = services.map((make, i) => make(i)).join('');
      assert.equal(writeIpvs(readIpvs(text)), text);
    }),
    { numRuns: 100 },
  );
});

const A = '-A -t 10.0.0.1:80 -s rr\n';

describe('a bad ipvsadm text', () => {
  const cases: readonly [what: string, text: string, code: string, line: number, column: number][] = [
    ['with an unknown command', '-B -t 10.0.0.1:80', 'unknown-command', 1, 1],
    ['without a service', '-A -s rr', 'no-service', 1, 4],
    ['with a service twice', `${A}-A -t 10.0.0.1:80`, 'service-exists', 2, 7],
    ['with an address that is none', '-A -t 10.0.0.256:80', 'bad-address', 1, 7],
    ['with a host name', '-A -t web:80', 'bad-address', 1, 7],
    ['with a port too great', '-A -t 10.0.0.1:65536', 'bad-port', 1, 7],
    ['without a port', '-A -t 10.0.0.1:0 -s rr', 'zero-port', 1, 23],
    ['with an unknown scheduler', '-A -t 10.0.0.1:80 -s rrr', 'unknown-scheduler', 1, 22],
    ['with an unknown option', '-A -t 10.0.0.1:80 -S rr', 'unknown-option', 1, 19],
    ['with a netmask that is none', '-A -t 10.0.0.1:80 -p -M 255.0.255.0', 'bad-netmask', 1, 25],
    ['with an unknown flag', '-A -t 10.0.0.1:80 -s sh -b sh-prt', 'unknown-flag', 1, 28],
    ['with a mark of 0', '-A -f 0', 'bad-mark', 1, 7],
    ['with a server of no service', '-a -t 10.0.0.1:80 -r 10.0.0.2:80', 'unknown-service', 1, 7],
    ['with no server', `${A}-a -t 10.0.0.1:80 -m`, 'missing-option', 2, 21],
    ['with a server twice', `${A}-a -t 10.0.0.1:80 -r 10.0.0.2\n-a -t 10.0.0.1:80 -r 10.0.0.2`, 'server-exists', 3, 30],
    ['with a server of the other family', `${A}-a -t 10.0.0.1:80 -r [fd00::1]:80 -m`, 'server-family', 2, 37],
    ['with a weight too great', `${A}-a -t 10.0.0.1:80 -r 10.0.0.2 -w 65536`, 'out-of-range', 2, 34],
    ['with a time-out too few', '--set 900 120', 'missing-value', 1, 14],
    ['with a time-out too great', '--set 900 120 2678401', 'out-of-range', 1, 15],
    ['that deletes a server that is not there', `${A}-d -t 10.0.0.1:80 -r 10.0.0.2`, 'unknown-server', 2, 30],
  ];
  for (const [what, text, code, line, column] of cases) {
    it(`${what} is refused where it is wrong`, () => {
      assert.throws(
        () => readIpvs(text, 'x'),
        (error: unknown) => {
          assert.ok(error instanceof InputError);
          const { position } = error.problems[0] ?? {};
          assert.deepEqual([error.code, position?.line, position?.column], [code, line, column]);
          return true;
        },
      );
    });
  }
  it('tells all its errors at once', () => {
    assert.throws(
      () => readIpvs('-B\n-A -f 0\n-a -f 1 -r 1.1.1.1'),
      (error: unknown) => error instanceof InputError && error.problems.length === 3,
    );
  });
  for (const text of ['-L', '-Z', '-A -t 10.0.0.1:5060 --pe sip', `${A}-a -t 10.0.0.1:80 -r 10.0.0.2 -i --tun-type gue`]) {
    it(`that says \`${text.trim().split('\n').at(-1)}\` is not modelled`, () => assert.throws(() => readIpvs(text), UnsupportedError));
  }
});
