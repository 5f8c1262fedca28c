/**
 * What lies between link and transport, put to Linux and to this kernel: the networks of testing/l3-*. The answers of Linux (6.18) stand in fixtures/kernel/l3,
 * one line for each flow; with HOPSPEC_UPDATE_GOLDEN=1, as root, Linux itself is asked again.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { ASK_LINUX, askLinux } from '../lab/testing/ask-linux.js';
import { type FlowJson, flowJson } from '../trace/flow-json.js';
import { runPlan } from './run-plan.js';
import { L3_CASES } from './testing/l3-cases.js';
import { type Line, linePlan } from './testing/line.js';
import { answerText } from './testing/probe-text.js';

const FOLDER = 'fixtures/kernel/l3';

/** The flows of each probe, one line each. */
function lines(asked: Line, flows: readonly (readonly Omit<FlowJson, 'ms'>[])[]): string {
  return flows.flatMap((each, i) => each.map((flow) => `${asked.probes[i]} → ${answerText(flow)}\n`)).join('');
}

function ask(asked: Line): string {
  return lines(
    asked,
    runPlan(linePlan(asked)).map(({ flows }) => flows.map(flowJson)),
  );
}

function linuxLines(asked: Line): string {
  return lines(
    asked,
    askLinux(linePlan(asked)).map(({ flows }) => flows as readonly FlowJson[]),
  );
}

for (const [topic, cases] of Object.entries(L3_CASES)) {
  describe(`this kernel answers as Linux does: ${topic}`, () => {
    const file = `${FOLDER}/${topic}.txt`;
    const texts = new Map<string, string>();
    if (existsSync(file)) for (const part of readFileSync(file, 'utf8').split(/^# /m).slice(1)) texts.set(...splitTitle(part));
    for (const one of cases) {
      it(one.name, () => {
        if (ASK_LINUX) {
          texts.set(one.name, linuxLines(one));
          writeFileSync(file, cases.flatMap(({ name }) => (texts.has(name) ? [`# ${name}\n${texts.get(name)}`] : [])).join('\n'));
        }
        assert.equal(ask(one), texts.get(one.name));
      });
    }
  });
}

function splitTitle(part: string): [string, string] {
  const end = part.indexOf('\n');
  return [part.slice(0, end), `${part.slice(end + 1).trimEnd()}\n`];
}
