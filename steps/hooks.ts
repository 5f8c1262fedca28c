/** What holds for every scenario: it has a `Then`, errors know their step, and a refusal that nobody expected is a failure. */
import { After, Before, BeforeStep, Status } from '@cucumber/cucumber';
import { inputError } from '../src/index.js';
import { type AstStep, type StepPlace } from './place.js';
import type { HopspecWorld } from './world.js';

interface Document {
  readonly uri?: string;
  readonly feature?: { readonly children: readonly Child[] };
}
interface Located {
  readonly id: string;
  readonly location: { readonly line: number; readonly column?: number };
}
interface Scenario extends Located {
  readonly steps: readonly AstStep[];
  readonly examples?: readonly { readonly tableBody?: readonly Located[] }[];
}
interface Child {
  readonly background?: { readonly steps: readonly AstStep[] };
  readonly scenario?: Scenario;
  readonly rule?: { readonly children: readonly Child[] };
}

Before(({ pickle, gherkinDocument }) => {
  // Cucumber's own summary breaks over a scenario without a step that fails; `hopspec run` calls it wrong by itself.
  if (pickle.steps.length === 0) return;
  if (pickle.steps.some((step) => step.type === 'Outcome')) return;
  const scenario = children(gherkinDocument).find((child) => child.scenario && pickle.astNodeIds.includes(child.scenario.id))?.scenario;
  const { line, column } = scenario?.location ?? { line: 1 };
  throw inputError('no-then', `the scenario "${pickle.name}" asserts nothing: it has no Then`, {
    position: { file: pickle.uri, line, column: column ?? 1 },
    fix: 'say what must be true, e.g. `Then pod A can reach Service nginx`, or delete the scenario',
  });
});

Before(function (this: HopspecWorld, { pickle, gherkinDocument }) {
  this.scenario = () => {
    const scenarios = children(gherkinDocument).flatMap((child) => child.scenario ?? []);
    const rows = scenarios.flatMap((scenario) => scenario.examples ?? []).flatMap((examples) => examples.tableBody ?? []);
    const own = [...rows, ...scenarios].find((one: Located) => pickle.astNodeIds.includes(one.id));
    return own && `${pickle.uri}:${own.location.line}`;
  };
});

BeforeStep(function (this: HopspecWorld, { pickle, pickleStep, gherkinDocument }) {
  let found: StepPlace | undefined;
  const place = (): StepPlace =>
    (found ??= { uri: pickle.uri, step: astStep(gherkinDocument, pickleStep.astNodeIds), text: pickleStep.text });
  this.place = place;
  if (pickleStep.argument?.docString) this.docStringPlace = place;
});

After(function (this: HopspecWorld, { result }) {
  try {
    if (result?.status === Status.PASSED && this.hasSpec) this.spec.finish();
  } finally {
    this.release();
  }
});

function children(document: Document): readonly Child[] {
  return (document.feature?.children ?? []).flatMap((child) => child.rule?.children ?? [child]);
}

function astStep(document: Document, ids: readonly string[]): AstStep | undefined {
  const all = document.feature?.children.flatMap((child) => [child, ...(child.rule?.children ?? [])]) ?? [];
  return all.flatMap((child) => child.background?.steps ?? child.scenario?.steps ?? []).find((step) => ids.includes(step.id));
}
