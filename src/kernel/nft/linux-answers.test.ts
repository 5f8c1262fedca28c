/**
 * Rules of nftables put to Linux and to this kernel, on the network of netfilter's tests. What Linux (6.18, nft 1.0.6) answered stands in
 * fixtures/kernel/nft; with HOPSPEC_UPDATE_GOLDEN=1, as root, Linux itself is asked again.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ASK_LINUX, flowsOfLinux } from '../../lab/testing/ask-linux.js';
import type { Plan, ProbePlan } from '../../plan/plan.js';
import { probe6, twoNodes6 } from '../ipv6/testing/two-nodes.js';
import { answerLine, answerOf } from '../netfilter/testing/answer-line.js';
import { type RouterCase, routerPlan } from '../netfilter/testing/router.js';
import { runPlan } from '../run-plan.js';

const FOLDER = 'fixtures/kernel/nft';

interface Case extends Partial<Pick<RouterCase, 'rules' | 'sysctl' | 'listeners' | 'mtu'>>, Pick<RouterCase, 'probes'> {
  readonly name: string;
  /** On the network of IPv6's tests, without its rules. */
  readonly ipv6?: boolean;
  /** More of them, by namespace. */
  readonly routes?: Readonly<Record<string, readonly string[]>>;
  /** Policy rules, by namespace. */
  readonly ipRules?: Readonly<Record<string, readonly string[]>>;
  /** Lines of text, by namespace. */
  readonly nft: Readonly<Record<string, readonly string[]>>;
  /** One line for each flow of the probes. */
  readonly linux: readonly string[];
  /** Asked in a guest machine (Linux 6.1), and not again here, for this machine's kernel lacks what it takes. */
  readonly guest?: boolean;
}

function planOf({ nft, rules = {}, sysctl = {}, routes = {}, ipRules = {}, probes, ipv6, listeners = [], mtu = {} }: Case): Plan {
  const plan =
    ipv6 === true ? twoNodes6({ bare: true, probes: probes.map(sixProbe) }) : routerPlan({ rules, sysctl, probes, listeners, mtu });
  const netns = Object.entries(plan.netns).map(([name, each]) => {
    const lines = nft[name];
    const more = { ...each, routes: [...each.routes, ...(routes[name] ?? [])], rules: [...each.rules, ...(ipRules[name] ?? [])] };
    return [name, lines === undefined ? more : { ...more, nft: `${lines.join('\n')}\n` }] as const;
  });
  return { ...plan, netns: Object.fromEntries(netns) };
}

/** `pod12 tcp [fd00::1]:80` */
function sixProbe(text: string): ProbePlan {
  const space = text.indexOf(' ');
  return probe6(text.slice(0, space), text.slice(space + 1));
}

for (const file of readdirSync(FOLDER).sort()) {
  describe(`nftables answers as Linux does: ${file}`, () => {
    const path = join(FOLDER, file);
    let cases = JSON.parse(readFileSync(path, 'utf8')) as readonly Case[];
    if (ASK_LINUX) {
      cases = cases.map((one) => (one.guest === true ? one : { ...one, linux: flowsOfLinux(planOf(one)).map(answerLine) }));
      writeFileSync(path, `${JSON.stringify(cases, undefined, 2)}\n`);
    }
    for (const one of cases) {
      it(one.name, () => {
        const answers = runPlan(planOf(one)).flatMap(({ flows }) => flows.map((flow) => answerLine(answerOf(flow))));
        assert.deepEqual(answers, one.linux);
      });
    }
  });
}
