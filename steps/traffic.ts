/** Then: traffic. The sentence goes to the claim engine whole, so that its errors can point into it. */
import { type DataTable, Then, When } from '@cucumber/cucumber';
import { inputError, type PathLine } from '../src/index.js';
import { type Argument, dataTable, docString } from './argument.js';
import type { HopspecWorld } from './world.js';

Then('{subject} can reach {target}', function (this: HopspecWorld, subject: string, target: string) {
  this.spec.claim(`${subject} can reach ${target}`);
});

Then('{subject} cannot reach {target}', function (this: HopspecWorld, subject: string, target: string) {
  this.spec.claim(`${subject} cannot reach ${target}`);
});

Then('{subject} can sometimes reach {target}', function (this: HopspecWorld, subject: string, target: string) {
  this.spec.claim(`${subject} can sometimes reach ${target}`);
});

Then('the path is:', function (this: HopspecWorld, table: Argument) {
  this.spec.path(
    this.read(() => pathLines(dataTable(this, table))),
    'gaps',
    'request',
  );
});

Then('the path is exactly:', function (this: HopspecWorld, table: Argument) {
  this.spec.path(
    this.read(() => pathLines(dataTable(this, table))),
    'exactly',
    'request',
  );
});

Then('the reply path is:', function (this: HopspecWorld, table: Argument) {
  this.spec.path(
    this.read(() => pathLines(dataTable(this, table))),
    'gaps',
    'reply',
  );
});

Then('the reply path is exactly:', function (this: HopspecWorld, table: Argument) {
  this.spec.path(
    this.read(() => pathLines(dataTable(this, table))),
    'exactly',
    'reply',
  );
});

Then('the connectivity on {protocol} port {int} is:', function (this: HopspecWorld, protocol: 'TCP', port: number, table: Argument) {
  this.spec.connectivity(protocol, port, dataTable(this, table).raw());
});

Then(
  '{int} connections from {subject} to {target} are spread within {int}% of even',
  function (this: HopspecWorld, count: number, subject: string, target: string, percent: number) {
    this.spec.spread(`${count} connections from ${subject} to ${target} are spread within ${percent}% of even`);
  },
);

When('I capture on {place} {name}', function (this: HopspecWorld, place: string, device: string) {
  this.spec.startCapture(place, device);
});

When('{subject} connects to {target}', function (this: HopspecWorld, subject: string, target: string) {
  this.spec.connect(`${subject} connects to ${target}`);
});

Then('the capture on {place} shows:', function (this: HopspecWorld, place: string, text: Argument) {
  this.spec.captureShows(place, docString(this, text), false);
});

Then('the capture on {place} shows exactly:', function (this: HopspecWorld, place: string, text: Argument) {
  this.spec.captureShows(place, docString(this, text), true);
});

Then('{subject} resolves {string} to {target}', function (this: HopspecWorld, who: string, host: string, target: string) {
  this.spec.resolves(`${who} resolves "${host}" to ${target}`);
});

Then('{subject} resolves the {word} record {string} to {target}', sayRecord);

Then('{subject} does not resolve the {word} record {string}', function (this: HopspecWorld, who: string, type: string, host: string) {
  this.spec.resolves(`${who} does not resolve the ${type} record "${host}"`);
});

Then('{subject} does not resolve {string} because {string}', function (this: HopspecWorld, who: string, host: string, why: string) {
  this.spec.resolves(`${who} does not resolve "${host}" because "${why}"`);
});

Then('{subject} does not resolve the {word} record {string} because {string}', sayNoRecord);

Then(
  '{subject} gives up resolving {string} after {int} second(s)',
  function (this: HopspecWorld, who: string, host: string, after: number) {
    this.spec.resolves(`${who} gives up resolving "${host}" after ${after} seconds`);
  },
);

Then('{place} has the resolv.conf:', function (this: HopspecWorld, place: string, text: Argument) {
  this.spec.resolvConf(place, docString(this, text));
});

When('{subject} looks up {string}', function (this: HopspecWorld, who: string, host: string) {
  this.spec.lookUp(`${who} looks up "${host}"`);
});

Then('{subject} does not resolve {string}', function (this: HopspecWorld, who: string, host: string) {
  this.spec.resolves(`${who} does not resolve "${host}"`);
});

function sayRecord(this: HopspecWorld, who: string, type: string, host: string, data: string): void {
  this.spec.resolves(`${who} resolves the ${type} record "${host}" to ${data}`);
}

function sayNoRecord(this: HopspecWorld, who: string, type: string, host: string, why: string): void {
  this.spec.resolves(`${who} does not resolve the ${type} record "${host}" because "${why}"`);
}

function pathLines(table: DataTable): PathLine[] {
  const header = table.raw()[0]?.join(' | ') ?? '';
  if (header !== 'where | what')
    throw inputError('path-table', `a path has the columns where and what, not ${header}`, { fix: '| where | what |' });
  return table.hashes().map((row) => ({ where: row['where'] ?? '', what: row['what'] ?? '' }));
}
