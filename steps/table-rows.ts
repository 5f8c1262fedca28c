/** A table's rows by their column; an empty cell says nothing. */
import type { DataTable } from '@cucumber/cucumber';
import type { Row } from '../src/index.js';

export function tableRows(table: DataTable): Row[] {
  return table.hashes().map((row) => Object.fromEntries(Object.entries(row).filter(([, cell]) => cell !== '')));
}
