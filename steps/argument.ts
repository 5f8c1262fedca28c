/** What stands under a step: a doc string or a table. A step that lacks it, or has the other, is wrong, and told so with its place. */
import type { DataTable } from '@cucumber/cucumber';
import { inputError } from '../src/index.js';
import type { HopspecWorld } from './world.js';

/** Cucumber passes a function where nothing stands under the step. */
export type Argument = DataTable | string | (() => void);

export function docString(world: HopspecWorld, argument: Argument): string {
  return world.read(() => {
    if (typeof argument === 'string') return argument;
    throw wrongArgument(argument, 'a doc string');
  });
}

export function dataTable(world: HopspecWorld, argument: Argument): DataTable {
  return world.read(() => {
    if (isTable(argument)) return argument;
    throw wrongArgument(argument, 'a table');
  });
}

/** The doc string as it is, or the rows of a table with two columns as a map. */
export function settings(world: HopspecWorld, argument: Argument): string | Record<string, string> {
  return world.read(() => {
    if (typeof argument === 'string') return argument;
    if (!isTable(argument)) throw wrongArgument(argument, 'a doc string or a table');
    const wide = argument.raw().find((row) => row.length !== 2);
    if (wide === undefined) return argument.rowsHash();
    throw inputError('table-width', `a table of settings has two columns, name and value; this one has ${wide.length}`, {
      fix: 'write | Backend.Type | vxlan |, or a doc string',
    });
  });
}

function isTable(argument: Argument): argument is DataTable {
  return typeof argument === 'object';
}

function wrongArgument(argument: Argument, wanted: string): Error {
  const there = typeof argument === 'string' ? 'a doc string' : isTable(argument) ? 'a table' : 'nothing';
  return inputError('step-argument', `this step needs ${wanted} under it, and ${there} stands there`, {
    fix: wanted.endsWith('table') ? 'write rows between | and |' : 'write the text between two lines of """',
  });
}
