/** What cannot be read is refused with its place, and what is not modelled by its name. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InputError, UnsupportedError } from '../../base/errors.js';
import { parseNftRule } from './parse-rule.js';
import { readNft } from './read-ruleset.js';
import { writeRule } from './write-rule.js';

const table = (...lines: string[]): string => ['table ip t {', ...lines, '}', ''].join('\n');

const WRONG_RULES: readonly [string, RegExp][] = [
  [
    'ip sadr 10.0.0.1 drop',
    /rule:1:4: `sadr` cannot stand here\n {2}\| ip sadr 10\.0\.0\.1 drop\n {2}\| {4}\^\^\^\^\n {2}fix: did you mean `saddr`\?/,
  ],
  ['ip saddr 10.0.0.256 drop', /1:10: `10\.0\.0\.256` is not a value of type ipv4_addr/],
  ['ip saddr 10.0.0.9-10.0.0.1 drop', /the range ends before it begins/],
  ['tcp dport 65536', /`65536` is not a value of type inet_service/],
  ['tcp dport', /a value of type inet_service is missing/],
  ['ct state newish accept', /not a value of type ct_state\n[^]*one of invalid, established, related, new, untracked/],
  ['accept drop', /1:8: nothing may follow `accept`/],
  ['accpt', /`accpt` cannot stand here[^]*did you mean `accept`\?/],
  ['drop comment "x" accept', /nothing may follow the comment/],
  ['jump', /the name of the chain is missing/],
  ['numgen random mod 0 vmap { 0 : accept }', /the modulus must not be 0/],
  ['ip saddr . tcp dport { 10.0.0.1 }', /a key has the parts ipv4_addr \. inet_service/],
  ['ip saddr { 10.0.0.1 . 80 }', /more parts than the 1 of ipv4_addr/],
  ['ip saddr vmap { 10.0.0.1 : acept }', /did you mean `accept`\?/],
  ['ip saddr < @s', /`<` does not go with a set/],
  ['tcp dport < 80-90', /`<` does not go with a range/],
  ['reject with icmp type port-unreachabel', /did you mean `port-unreachable`\?/],
  ['dnat to', /an address or a port must stand here|a value of type ipv4_addr is missing/],
  ['limit rate fast', /the rate must be such as 10\/second/],
  ['ip saddr . tcp dport 10.0.0.1 . 80 drop', /1:1: several values together[^]*\| \^{20}\n[^]*put the other side into braces/],
  ['tcp dport ! 80', /1:11: `!` goes with bits only[^]*fix: write `!=`/],
  ['tcp flags ! syn / syn,ack', /1:17: `!` does not go with a mask/],
  ['ct saddr 10.0.0.1', /1:4: `saddr` is of one direction[^]*write `ct original ip saddr` or reply/],
  ['ct reply state new', /1:10: `state` has no direction/],
  ['dnat addr . port to 10.0.0.1 . 80', /1:6: `addr \. port` must have a family before it[^]*`dnat ip addr \. port to`/],
  ['dnat to 10.0.0.1 . 80', /1:18: `\.` joins no port to an address here[^]*`address:port`/],
  ['dnat ip to :80', /1:12: a port alone is of no family[^]*`dnat to :port`/],
  ['update aff { ip saddr }', /a set, such as @name, must stand here/],
];

const UNMODELLED_RULES: readonly [string, string][] = [
  ['fwd to "eth0"', '`fwd`'],
  ['synproxy mss 1460', '`synproxy`'],
  ['flow add @f', '`flow`'],
  ['socket cgroupv2 level 1 "x" accept', '`cgroupv2`'],
  ['symhash mod 2 vmap { 0 : accept }', '`symhash`'],
  ['quota name "q"', 'a quota by name'],
  ['ct helper "ftp" accept', '`helper`'],
  ['meta cgroup 5 accept', '`cgroup`'],
  ['rt nexthop 10.0.0.1 accept', '`nexthop`'],
  ['osf name "Linux" accept', '`osf`'],
  ['ct label set 5', '`label`'],
  ['tcp option timestamp tsval 5 drop', '`tsval`'],
  ['tcp dport $port accept', 'a variable of nftables'],
  ['dnat ip prefix to 10.0.0.0/24', 'a translation of prefixes'],
];

describe('a rule of nftables that is wrong:', () => {
  for (const [text, message] of WRONG_RULES) {
    it(text, () =>
      assert.throws(
        () => parseNftRule(text),
        (error) => error instanceof InputError && message.test(error.message),
      ),
    );
  }
});

describe('a rule of nftables that is not modelled:', () => {
  for (const [text, name] of UNMODELLED_RULES) {
    it(text, () => {
      assert.throws(
        () => parseNftRule(text),
        (error) => error instanceof UnsupportedError && error.message.includes(name) && / not modelled/.test(error.message),
      );
    });
  }
});

const WRONG: readonly [string, string, RegExp][] = [
  ['a word that begins no block', 'tabel ip t {\n}\n', /f:1:1: `tabel` cannot stand here[^]*did you mean `table`\?/],
  ['a table that is not closed', 'table ip t {\n\tchain c {\n\t}\n', /f:1:12: this `{` is never closed/],
  [
    'a hook that there is not',
    table('\tchain c {', '\t\ttype filter hook foward priority 0;', '\t}'),
    /f:3:20: `foward` cannot stand here[^]*`forward`/,
  ],
  [
    'a chain of type nat that forwards',
    table('\tchain c {', '\t\ttype nat hook forward priority 0;', '\t}'),
    /chains of type nat have no hook forward/,
  ],
  [
    'a name without a number behind it',
    table('\tchain c {', '\t\ttype filter hook forward priority dstnat;', '\t}'),
    /f:3:37: `dstnat` cannot stand here/,
  ],
  ['a policy of a chain without a hook', table('\tchain c {', '\t\tpolicy drop;', '\t}'), /only a chain with a hook has a policy/],
  ['a set without a type', table('\tset s {', '\t\tflags interval;', '\t}'), /f:2:6: the set s has no type/],
  ['a map without values', table('\tmap m {', '\t\ttype ipv4_addr;', '\t}'), /a map needs the type of its values/],
  [
    'a flag that there is not',
    table('\tset s {', '\t\ttype ipv4_addr;', '\t\tflags intervall;', '\t}'),
    /f:4:9: `intervall`[^]*did you mean `interval`\?/,
  ],
  ['a rule for a chain that there is not', 'table ip t {\n}\nadd rule ip t c accept\n', /f:3:15: the table ip t has no chain `c`/],
  ['an element for a set that there is not', 'table ip t {\n}\nadd element ip t s { 1 }\n', /the table ip t has no set `s`/],
  ['a chain in a table that there is not', 'add chain ip t c\n', /f:1:14: there is no table `ip t`/],
  ['a block that goes on in its last line', 'table ip t { chain c { } }\n', /a newline or `;` must stand before this/],
  [
    'several faults, told together',
    table('\tchian c {', '\t}', '\tchain d {', '\t\ttype filter hook x priority 0;', '\t}'),
    /f:2:2: `chian`[^]*f:5:20: `x`/,
  ],
];

const UNMODELLED: readonly [string, string, RegExp][] = [
  ['a family', 'table bridge t {\n}\n', /f:1:7: the family bridge of nftables is not modelled/],
  ['a flow table', table('\tflowtable f {', '\t}'), /`flowtable` of nftables is not modelled/],
  ['a variable', 'define port = 80\n', /is not modelled/],
  ['another file', 'include "x.nft"\n', /`include` of nftables is not modelled/],
  ['an ingress hook', table('\tchain c {', '\t\ttype filter hook ingress priority 0;', '\t}'), /`ingress` of nftables is not modelled/],
];

describe('a ruleset of nftables that is wrong:', () => {
  for (const [name, text, message] of WRONG) {
    it(name, () =>
      assert.throws(
        () => readNft(text, 'f'),
        (error) => error instanceof InputError && message.test(error.message),
      ),
    );
  }
});

describe('a ruleset of nftables that is not modelled:', () => {
  for (const [name, text, message] of UNMODELLED) {
    it(name, () =>
      assert.throws(
        () => readNft(text, 'f'),
        (error) => error instanceof UnsupportedError && message.test(error.message),
      ),
    );
  }
});

describe('a ruleset of nftables', () => {
  it('comes in blocks', () => {
    const { tables } = readNft(
      table('\t# a comment', '\tchain c {', '\t\ttcp dport {', '\t\t\t80, # web', '\t\t\t443', '\t\t} accept; drop', '\t}'),
      'f',
    );
    const rules = tables[0]?.chains.get('c')?.rules ?? [];
    assert.deepEqual(
      rules.map((rule) => writeRule(parseNftRule(rule))),
      ['tcp dport { 80, 443 } accept', 'drop'],
    );
  });

  it('comes as commands, which add to what is there', () => {
    const text = [
      'add table ip t',
      'add chain ip t c',
      'add rule ip t c drop',
      'insert rule ip t c accept',
      'table ip t {',
      'chain c {',
      'reject',
      '}',
      '}',
      '',
    ];
    assert.deepEqual(readNft(text.join('\n'), 'f').tables[0]?.chains.get('c')?.rules, ['accept', 'drop', 'reject']);
  });

  it('says where each rule stood', () => {
    const { tables } = readNft(table('\tchain c {', '\t\taccept', '\t\tdrop', '\t}'), 'f');
    const position = tables[0]?.chains.get('c')?.position?.(1);
    assert.deepEqual([position?.line, position?.column], [4, 3]);
  });
});
