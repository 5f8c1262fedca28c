/**
 * Texts of `ipset restore`: what they come to, how they are printed, and what is wrong with bad ones. As root the real ipset is asked as
 * well: it must load what is printed, and print it back; what this kernel lacks (hash:net,net, hash:mac, …) is left out there.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { InputError, UnsupportedError } from '../../base/errors.js';
import { readIpset } from './read-ipset.js';
import { writeIpset } from './write-ipset.js';

const FOLDER = 'fixtures/plan/ipset';
const everyType = readFileSync(`${FOLDER}/every-type.restore`, 'utf8');

describe('ipset texts', () => {
  it('are printed as ipset save prints them', () => {
    const file = `${FOLDER}/every-type.save`;
    const printed = writeIpset(readIpset(everyType));
    if (process.env['HOPSPEC_UPDATE_GOLDEN'] === '1') writeFileSync(file, printed);
    assert.equal(printed, readFileSync(file, 'utf8'));
  });
  it('come to the same when what was printed is read again', () => {
    const printed = writeIpset(readIpset(everyType));
    assert.equal(writeIpset(readIpset(printed)), printed);
  });
  const skip = canAskLinux() ? false : 'needs root, namespaces and ipset';
  it('are loaded and printed back by the real ipset', { skip }, () => {
    const lines = everyType.split('\n').filter((line) => !LACKING.test(line) && !/timeout|forceadd| [BTV]( |$)|packets/.test(line));
    const printed = writeIpset(readIpset(lines.join('\n')));
    assert.deepEqual(comparable(askLinux(printed)), comparable(printed));
    assert.deepEqual(comparable(askLinux(lines.join('\n'))), comparable(printed));
  });
});

/** Sets of types that the kernel at hand does not have. */
const LACKING = / (hash:(net,net|mac|ip,mark|net,port,net|ip,mac)\b|[EHJLM] )/;

function canAskLinux(): boolean {
  return process.getuid?.() === 0 && spawnSync('unshare', ['-n', 'ipset', 'create', 'a', 'hash:ip']).status === 0;
}

function askLinux(text: string): string {
  return execFileSync('unshare', ['-n', 'sh', '-c', 'ipset restore && ipset save'], { input: text, encoding: 'utf8' });
}

/** Sets' seeds, and the order that depends on them, are drawn anew each time. */
function comparable(text: string): readonly string[] {
  return text
    .replaceAll(/ initval \S+/g, '')
    .split('\n')
    .sort();
}

const A = 'create A hash:ip\n';
const P = 'create P hash:ip,port\n';

describe('a bad ipset text', () => {
  const cases: readonly [what: string, text: string, code: string, line: number, column: number][] = [
    ['with an unknown command', 'creat A hash:ip', 'unknown-command', 1, 1],
    ['with an unknown type', 'create A hash:foo', 'unknown-set-type', 1, 10],
    ['with an unknown option', 'create A hash:ip maxelm 5', 'unknown-option', 1, 18],
    ['with a set twice', `${A}create A hash:ip`, 'set-exists', 2, 8],
    ['with a set that is not there', 'add A 10.0.0.1', 'unknown-set', 1, 5],
    ['with an element twice', `${A}add A 10.0.0.1\nadd A 10.0.0.1`, 'element-exists', 3, 7],
    ['with an address that is none', `${A}add A 10.0.0.256`, 'bad-address', 2, 7],
    ['with a host name', `${A}add A www.example`, 'bad-address', 2, 7],
    ['with an address of the other family', `${A}add A fd00::1`, 'bad-address', 2, 7],
    ['with a null address', `${A}add A 0.0.0.0`, 'null-element', 2, 7],
    ['with a prefix too long', 'create A hash:net\nadd A 10.0.0.0/33', 'bad-length', 2, 7],
    ['with a prefix of length 0', 'create A hash:net\nadd A 0.0.0.0/0', 'bad-length', 2, 7],
    ['with too few parts', `${P}add P 10.0.0.1`, 'element-parts', 2, 7],
    ['with too many parts', `${A}add A 10.0.0.1,tcp:80`, 'element-parts', 2, 7],
    ['with an unknown protocol', `${P}add P 10.0.0.1,foo:1`, 'bad-protocol', 2, 7],
    ['with a port of a protocol that has none', `${P}add P 10.0.0.1,gre:1`, 'bad-port', 2, 7],
    ['with a port too great', `${P}add P 10.0.0.1,tcp:70000`, 'bad-port', 2, 7],
    ['with a bitmap that has no range', 'create A bitmap:port', 'missing-option', 1, 21],
    ['with a port outside of the range', 'create A bitmap:port range 1-100\nadd A 101', 'out-of-range', 2, 7],
    ['with a timeout where there are none', `${A}add A 10.0.0.1 timeout 5`, 'no-timeouts', 2, 16],
    ['with an exception where there are none', `${A}add A 10.0.0.1 nomatch`, 'unknown-option', 2, 16],
    ['with a comment where there are none', `${A}add A 10.0.0.1 comment "x"`, 'no-extension', 2, 16],
    ['with too many elements', 'create A hash:ip maxelem 3\nadd A 10.0.0.0/30', 'set-full', 2, 7],
    ['with far too many elements', `${A}add A 10.0.0.0/8`, 'too-many-elements', 2, 7],
    ['with a list in a list', 'create L list:set\nadd L L', 'list-in-list', 2, 7],
    ['with a member that is not there', 'create L list:set\nadd L X', 'unknown-set', 2, 7],
    ['with a member after one that is not there', `${A}create L list:set\nadd L A after B`, 'unknown-set', 3, 7],
    ['that destroys a member', `${A}create L list:set\nadd L A\ndestroy A`, 'set-in-use', 4, 9],
    ['that swaps sets of two types', `${A}${P}swap A P`, 'swap-types', 3, 8],
    ['that deletes what is not there', `${A}del A 10.0.0.1`, 'no-such-element', 2, 7],
    ['with a name too long', `create ${'x'.repeat(32)} hash:ip`, 'set-name', 1, 8],
  ];
  for (const [what, text, code, line, column] of cases) {
    it(`${what} is refused where it is wrong`, () => {
      assert.throws(
        () => readIpset(text, 'x'),
        (error: unknown) => {
          assert.ok(error instanceof InputError);
          const { position } = error.problems[0] ?? {};
          assert.deepEqual([error.code, position?.line, position?.column], [code, line, column]);
          return true;
        },
      );
    });
  }
  it('with what forceadd would push out is not modelled', () => {
    assert.throws(() => readIpset('create A hash:ip maxelem 1 forceadd\nadd A 10.0.0.0/31'), UnsupportedError);
  });
  it('tells all its errors at once', () => {
    assert.throws(
      () => readIpset('add A 1.1.1.1\ncreate B hash:foo\nfoo'),
      (error: unknown) => error instanceof InputError && error.problems.length === 3,
    );
  });
});
