/** `hopspec lab` where something is missing: tools, or the right to make namespaces. Needs root, to take them away. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { labSkip } from '../lab/testing/lab-skip.test.js';
import { HOPSPEC, makeProject, type Project } from './testing/project.js';

const skip = process.getuid?.() !== 0 ? 'needs root' : labSkip();

describe('hopspec lab', { timeout: 600_000, skip }, () => {
  let project: Project;
  before(() => {
    const netns = { a: { ipset: 'create s hash:ip\n', nft: 'table ip t {\n}\n', iptables: '*filter\nCOMMIT\n', fdb: [] } };
    project = makeProject({ 'plan.json': JSON.stringify({ netns }) });
  });
  after(() => project.remove());

  /** Runs it behind a script of the shell, `unshare` with these arguments around. */
  function lab(unshare: readonly string[], script: string): { code: number | null; stdout: string; stderr: string } {
    const command = `${script}\nexec "$0" "$@" lab plan.json`;
    const { status, stdout, stderr } = spawnSync('unshare', [...unshare, 'sh', '-c', command, process.execPath, ...HOPSPEC], {
      cwd: project.folder,
      encoding: 'utf8',
    });
    return { code: status, stdout, stderr };
  }

  const hide = (tools: string): string => `for tool in ${tools}; do mount --bind /dev/null "$(readlink -f "$(command -v $tool)")"; done`;

  test('names every tool that is missing, and the line that installs them', () => {
    const { code, stdout, stderr } = lab(['-m'], hide('nft ipset'));
    assert.deepEqual(
      [code, stdout, stderr],
      [4, '', 'the lab needs ipset, nft, which are not installed\n  fix: sudo apt-get install ipset nftables\n'],
    );
  });

  test('names python3 where that is missing', () => {
    const { code, stderr } = lab(['-m'], 'mount --bind /dev/null "$(readlink -f /usr/bin/python3)"');
    assert.deepEqual([code, stderr], [4, 'the lab needs python3, which is not installed\n  fix: sudo apt-get install python3\n']);
  });

  test('says in one line that no namespace can be made', () => {
    const forbid = 'echo 0 > /proc/sys/user/max_net_namespaces; echo 0 > /proc/sys/user/max_user_namespaces';
    const { code, stdout, stderr } = lab(['-Ur'], forbid);
    assert.deepEqual([code, stdout], [4, '']);
    assert.match(stderr, /^network namespaces cannot be made here \([^\n]+\)\n {2}fix: run as root, or allow user namespaces[^\n]*\n$/);
  });
});
