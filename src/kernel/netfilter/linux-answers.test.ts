/**
 * Rules put to Linux and to this kernel: every match and target, on the network of testing/router.ts. What Linux (6.18, iptables 1.8.9)
 * answered stands in fixtures/kernel/netfilter; with HOPSPEC_UPDATE_GOLDEN=1, as root, Linux itself is asked again.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ASK_LINUX, flowsOfLinux } from '../../lab/testing/ask-linux.js';
import { runPlan } from '../run-plan.js';
import { answerLine, answerOf } from './testing/answer-line.js';
import { type RouterCase, routerPlan } from './testing/router.js';

const FOLDER = 'fixtures/kernel/netfilter';

interface Case extends RouterCase {
  readonly name: string;
  /** One line for each flow of the probes. */
  readonly linux: readonly string[];
  /** Asked in a guest machine (Linux 6.1), and not again here, for this machine's kernel lacks what it takes. */
  readonly guest?: boolean;
}

/** What asks for the time is asked about the present, which is kept with the answers. */
function atPresent(one: Case): Case {
  return one.epoch === undefined ? one : { ...one, epoch: Math.floor(Date.now() / 1000) };
}

for (const file of readdirSync(FOLDER).sort()) {
  describe(`netfilter answers as Linux does: ${file}`, () => {
    const path = join(FOLDER, file);
    let cases = JSON.parse(readFileSync(path, 'utf8')) as readonly Case[];
    if (ASK_LINUX) {
      cases = cases
        .map(atPresent)
        .map((one) => (one.guest === true ? one : { ...one, linux: flowsOfLinux(routerPlan(one)).map(answerLine) }));
      writeFileSync(path, `${JSON.stringify(cases, undefined, 2)}\n`);
    }
    for (const one of cases) {
      it(one.name, () => {
        const answers = runPlan(routerPlan(one)).flatMap(({ flows }) => flows.map((flow) => answerLine(answerOf(flow))));
        assert.deepEqual(answers, one.linux);
      });
    }
  });
}
