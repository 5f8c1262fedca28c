/**
 * Random rules as iptables-save and ip6tables-save print them: what is read is written again, to the letter; and the real tools load what is
 * written and print it back unchanged. The rules are those that the fuzz runs put to the kernel, over every match and target they know.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { readIpset } from '../../plan/ipset/read-ipset.js';
import { writeIpset } from '../../plan/ipset/write-ipset.js';
import { readIptables, writeIptables } from '../../plan/iptables-text.js';
import { GENERATORS } from './generators.js';

const SEEDS = 12;
/** What rules count in has to be there before them. */
const ACCOUNTS = /^.*--nfacct-name.*\n/gm;

interface Text {
  readonly text: string;
  readonly six: boolean;
  /** The sets that its rules may name. */
  readonly ipset: string;
  readonly name: string;
}

function textsOf(seed: number): Text[] {
  return Object.entries(GENERATORS).flatMap(([kind, generate]) =>
    Object.entries(generate(seed, 0).netns).flatMap(([netns, { iptables, ip6tables, ipset = '' }]) =>
      [iptables, ip6tables].flatMap((text, i) =>
        text === undefined ? [] : { text: text.replaceAll(ACCOUNTS, ''), six: i === 1, ipset, name: `${kind} ${seed} ${netns}` },
      ),
    ),
  );
}

const texts = Array.from({ length: SEEDS }, (_, i) => textsOf(4000 + i)).flat();

describe('random rules', () => {
  it('are written as they were read', () => {
    assert.ok(texts.length > SEEDS);
    for (const { text, six, name } of texts) {
      const read = readIptables(text, name);
      const save = writeIptables(read, 'save', six);
      assert.equal(writeIptables(readIptables(save, name), 'save', six), save, name);
      const restore = writeIptables(read, 'restore');
      assert.equal(writeIptables(readIptables(restore, name), 'restore'), restore, name);
    }
  });

  it('are loaded by the real tools, and printed as they are written here', { skip: whyNot() }, () => {
    for (const six of [false, true]) {
      for (const each of texts.filter((text) => text.six === six)) {
        const save = writeIptables(readIptables(each.text, each.name), 'save', six);
        assert.equal(loadAndSave({ ...each, text: save }), save, each.name);
      }
    }
  });

  it('have sets that are written as they were read', () => {
    for (const { ipset, name } of texts) {
      const written = writeIpset(readIpset(ipset, name));
      assert.equal(writeIpset(readIpset(written, name)), written, name);
    }
  });

  it('have sets that the real ipset loads and prints as they are written here', { skip: whyNot() }, () => {
    for (const ipset of new Set(texts.map((text) => text.ipset))) {
      const written = writeIpset(readIpset(ipset));
      const { stdout, stderr } = spawnSync('unshare', ['-n', 'sh', '-c', 'ipset restore && ipset save'], {
        input: written,
        encoding: 'utf8',
      });
      assert.equal(stderr, '');
      assert.deepEqual(unordered(stdout), unordered(written));
    }
  });
});

/** The kernel draws the seed of a hash, and its elements stand in an order that depends on it; their time runs. */
function unordered(text: string): readonly string[] {
  return text
    .replaceAll(/ initval \S+| timeout \d+/g, '')
    .split('\n')
    .sort();
}

function loadAndSave({ text, six, ipset, name }: Text): string {
  const tool = six ? 'ip6tables' : 'iptables';
  const script = `ipset restore <<'END' && ${tool}-restore --noflush && ${tool}-save\n${ipset}\nEND`;
  const { stdout, stderr, status } = spawnSync('unshare', ['-n', 'sh', '-c', script], { input: text, encoding: 'utf8' });
  // What this kernel lacks it cannot load.
  if (stderr.includes('missing kernel module')) return text;
  assert.equal(status, 0, `${name}: ${stderr}\n${text}`);
  return stdout.replaceAll(/^#.*\n/gm, '');
}

function whyNot(): string | false {
  if (process.getuid?.() !== 0) return 'needs root';
  const { stdout } = spawnSync('unshare', ['-n', 'sh', '-c', 'ipset list && iptables-save && iptables --version'], {
    encoding: 'utf8',
  });
  return String(stdout).includes('v1.8.9 (nf_tables)') ? false : 'needs ipset and iptables 1.8.9 (nf_tables)';
}
