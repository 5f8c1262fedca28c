import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { InputError, UnsupportedError } from '../base/errors.js';
import { readIptables, writeIptables } from './iptables-text.js';
import { TARGETS, UNMODELLED_TARGETS } from './rule/extensions.js';
import { BUILT_IN_CHAINS, type Ruleset, type TableName } from './ruleset.js';

function rules(ruleset: Ruleset, table: TableName, chain: string): readonly string[] | undefined {
  return ruleset.tables.get(table)?.get(chain)?.rules;
}

describe('reading iptables text', () => {
  it("built-in chains are there without being named, chains of one's own come after them by name", () => {
    const read = readIptables('# comment\n*nat\n:ZZZ - [0:0]\n:AAA - [0:0]\nCOMMIT\n', 'x');
    assert.deepEqual([...(read.tables.get('nat')?.keys() ?? [])], ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING', 'AAA', 'ZZZ']);
  });
  it('a rule keeps its text as it is', () => {
    const read = readIptables('*filter\n[3:120] -A FORWARD -m comment --comment "a  b" -j ACCEPT\nCOMMIT\n', 'x');
    assert.deepEqual(rules(read, 'filter', 'FORWARD'), ['-m comment --comment "a  b" -j ACCEPT']);
  });
  it('-I inserts at the head, or at its number', () => {
    const read = readIptables('*filter\n-A INPUT -j a\n-A INPUT -j b\n-I INPUT -j c\n-I INPUT 3 -j d\n-I INPUT 5 -j e\nCOMMIT\n', 'x');
    assert.deepEqual(rules(read, 'filter', 'INPUT'), ['-j c', '-j a', '-j d', '-j b', '-j e']);
  });
  it("a later section of the same table goes on; naming a chain of one's own again empties it", () => {
    const read = readIptables(
      '*nat\n:A - [0:0]\n-A A -j RETURN\n-A PREROUTING -j A\nCOMMIT\n*nat\n:A - [0:0]\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n',
      'x',
    );
    assert.deepEqual([rules(read, 'nat', 'A'), rules(read, 'nat', 'PREROUTING')], [[], ['-j A']]);
  });
  it('a policy is set by the chain line or by -P, and kept by -', () => {
    const read = readIptables('*filter\n:FORWARD DROP [0:0]\n-P INPUT DROP\nCOMMIT\n*filter\n:FORWARD - [0:0]\nCOMMIT\n', 'x');
    const policy = (chain: string): string | undefined => read.tables.get('filter')?.get(chain)?.policy;
    assert.deepEqual([policy('FORWARD'), policy('INPUT'), policy('OUTPUT')], ['DROP', 'DROP', 'ACCEPT']);
  });
  it('-N makes, -F empties and -X removes a chain; long names mean the same', () => {
    const read = readIptables('*filter\n--new-chain A\n-N B\n--append A -j DROP\n--flush A\n-X B\nCOMMIT\n', 'x');
    assert.deepEqual([rules(read, 'filter', 'A'), rules(read, 'filter', 'B')], [[], undefined]);
  });
  it('-D removes and -R replaces a rule, by number or by what it says, however it is written', () => {
    const read = readIptables(
      '*filter\n-A INPUT -p tcp --dport 80 -j DROP\n-A INPUT -j a\n-A INPUT -j b\n-C INPUT -j b\n-D INPUT -m tcp -p tcp --dport 80 -j DROP\n-D INPUT 2\n-R INPUT 1 -j c\nCOMMIT\n',
      'x',
    );
    assert.deepEqual(rules(read, 'filter', 'INPUT'), ['-j c']);
  });
  it('text without tables is a ruleset without tables', () => assert.equal(readIptables('# nothing\n', 'x').tables.size, 0));
});

describe('what is wrong in iptables text', () => {
  const cases: readonly [string, string, string][] = [
    [
      'a chain that is not there',
      '*nat\n:KUBE-SERVICES - [0:0]\n  -A KUBE-SERVICE -j RETURN\nCOMMIT\n',
      'r:3:6: the table `nat` has no chain `KUBE-SERVICE`\n  |   -A KUBE-SERVICE -j RETURN\n  |      ^^^^^^^^^^^^\n  fix: did you mean KUBE-SERVICES? If not, declare it with a line `:KUBE-SERVICE - [0:0]`',
    ],
    ['a table that is not there', '*natt\nCOMMIT\n', 'r:1:2: there is no table `natt`\n  | *natt\n  |  ^^^^\n  fix: did you mean nat?'],
    [
      'a section without COMMIT',
      '*nat\n-A PREROUTING -j ACCEPT\n',
      'r:2:1: the section `*nat` has no COMMIT\n  | -A PREROUTING -j ACCEPT\n  | ^\n  fix: end it with a line COMMIT',
    ],
    [
      'a rule outside a table',
      '-A INPUT -j DROP\n',
      'r:1:1: a line outside of any table\n  | -A INPUT -j DROP\n  | ^^^^^^^^^^^^^^^^\n  fix: begin the section with a line such as *filter',
    ],
    [
      'a policy that is none',
      '*filter\n:INPUT REJECT [0:0]\nCOMMIT\n',
      'r:2:8: the policy of INPUT must be ACCEPT or DROP, but is `REJECT`\n  | :INPUT REJECT [0:0]\n  |        ^^^^^^',
    ],
    [
      'an insert beyond the end',
      '*filter\n-I INPUT 9 -j DROP\nCOMMIT\n',
      'r:2:10: INPUT has 0 rules; none can be inserted at 9\n  | -I INPUT 9 -j DROP\n  |          ^',
    ],
    [
      'the removal of a rule that is not there',
      '*filter\n-D INPUT -j DROP\nCOMMIT\n',
      'r:2:10: INPUT has no such rule\n  | -D INPUT -j DROP\n  |          ^^^^^^^',
    ],
    [
      'a name that is too long',
      `*filter\n:${'A'.repeat(29)} - [0:0]\nCOMMIT\n`,
      `r:2:2: the chain name \`${'A'.repeat(29)}\` is longer than 28 characters\n  | :${'A'.repeat(29)} - [0:0]\n  |  ${'^'.repeat(29)}`,
    ],
    [
      'a line that is nothing',
      '*filter\nACCEPT all\nCOMMIT\n',
      'r:2:1: this is neither a chain, nor a rule, nor COMMIT\n  | ACCEPT all\n  | ^^^^^^^^^^\n  fix: rules begin with -A CHAIN',
    ],
  ];
  for (const [name, text, message] of cases) {
    it(name, () =>
      assert.throws(
        () => readIptables(text, 'r'),
        (error) => error instanceof InputError && assert.equal(error.message, message) === undefined,
      ),
    );
  }
  it('all of it is reported together', () => {
    assert.throws(
      () => readIptables('*nat\n-A A -j B\n-N PREROUTING\n-A\nCOMMIT\n', 'r'),
      (error) => error instanceof InputError && error.problems.length === 3,
    );
  });
  it('a command that lists is not modelled', () => {
    assert.throws(
      () => readIptables('*nat\n-S PREROUTING\nCOMMIT\n', 'r'),
      (error) => error instanceof UnsupportedError && /`-S` is not modelled/.test(error.message),
    );
  });
});

const CLUSTER = `*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:KUBE-FORWARD - [0:0]
-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD
-A KUBE-FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT
-A KUBE-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:KUBE-MARK-MASQ - [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-SVC-AAAA - [0:0]
-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
-A KUBE-SERVICES -d 10.96.0.10/32 -p tcp -m comment --comment "default/web cluster IP" -m tcp --dport 80 -j KUBE-SVC-AAAA
-A KUBE-SVC-AAAA ! -s 10.244.0.0/16 -j KUBE-MARK-MASQ
-A KUBE-SVC-AAAA -p tcp -m statistic --mode random --probability 0.50000000000 -j DNAT --to-destination 10.244.1.2:80
-A KUBE-SVC-AAAA -p tcp -j DNAT --to-destination 10.244.2.2:80
COMMIT
`;

describe('writing iptables text', () => {
  it('what is read is written again', () => assert.equal(writeIptables(readIptables(CLUSTER, 'x'), 'restore'), CLUSTER));
  it('whatever is written is read back', () => {
    // No chain can bear the name of a target.
    const name = fc.stringMatching(/^[A-Z][A-Z0-9-]{0,27}$/).filter((each) => !TARGETS.has(each) && !UNMODELLED_TARGETS.has(each));
    const rule = fc.constantFrom(
      '-j DROP',
      '-s 10.0.0.0/8 -j ACCEPT',
      '-m comment --comment "COMMIT" -j RETURN',
      '-p tcp -m tcp --dport 80 -j MARK --set-xmark 0x1/0x1',
    );
    const chains = fc.uniqueArray(fc.record({ name, rules: fc.array(rule) }), { selector: (each) => each.name });
    fc.assert(
      fc.property(
        fc.constantFrom<TableName>('nat', 'filter', 'raw'),
        chains,
        fc.constantFrom<'ACCEPT' | 'DROP'>('ACCEPT', 'DROP'),
        (table, own, policy) => {
          const builtIn = BUILT_IN_CHAINS[table].map((each) => ({ name: each, rules: ['-j ACCEPT'], policy }));
          const all = [
            ...own.filter((each) => !BUILT_IN_CHAINS[table].includes(each.name)).map((each) => ({ ...each, policy: undefined })),
            ...builtIn,
          ];
          const ruleset: Ruleset = { tables: new Map([[table, new Map(all.map((each) => [each.name, each]))]]) };
          const text = writeIptables(ruleset, 'restore');
          assert.equal(writeIptables(readIptables(text, 'x'), 'restore'), text);
          for (const each of all) assert.deepEqual(rules(readIptables(text, 'x'), table, each.name), each.rules);
        },
      ),
      { numRuns: 50 },
    );
  });
  it('no tables, no text', () => assert.equal(writeIptables({ tables: new Map() }, 'restore'), ''));
  const skip = process.getuid?.() !== 0 ? 'needs root' : !has('iptables-restore') ? 'needs iptables' : false;
  it('the real tools load it and print the save form', { skip }, () => {
    const ruleset = readIptables(CLUSTER, 'x');
    const script = 'iptables-restore --noflush && iptables-save';
    const saved = execFileSync('unshare', ['-n', 'sh', '-c', script], { input: writeIptables(ruleset, 'restore'), encoding: 'utf8' });
    const printed = saved
      .split('\n')
      .filter((line) => !line.startsWith('#'))
      .join('\n');
    assert.equal(writeIptables(ruleset, 'save'), printed);
  });
});

function has(tool: string): boolean {
  try {
    execFileSync('which', [tool], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
