/**
 * The parts of a run: shard I of N has every N-th scenario, beginning with the I-th, as Cucumber deals them out. So the parts alone say what the order
 * of the whole was, and whether one is missing, there twice, or of another run.
 */
import { InputError, type Problem } from '../../index.js';

export interface Shard<T> {
  readonly file: string;
  /** `2/4` as the report has it. Undefined where a report without a scenario says nothing. */
  readonly shard: string | undefined;
  readonly scenarios: readonly T[];
}

/** In order of their numbers, complete. InputError names every shard that is missing, and every file that is too many. */
export function wholeRun<T>(shards: readonly Shard<T>[]): readonly Shard<T>[] {
  const named = shards.filter(({ shard }) => shard !== undefined);
  const total = Number(named[0]?.shard?.split('/')[1] ?? 0);
  const problems: Problem[] = named.filter(({ shard }) => Number(shard?.split('/')[1]) !== total).map(otherTotal(total));
  const byNumber = new Map<number, Shard<T>>();
  for (const shard of named) {
    const number = Number(shard.shard?.split('/')[0]);
    const other = byNumber.get(number);
    if (other === undefined) byNumber.set(number, shard);
    else problems.push({ code: 'doubled-shard', message: `${other.file} and ${shard.file} are both shard ${shard.shard}` });
  }
  const silent = shards.filter(({ shard }) => shard === undefined);
  for (let number = 1; number <= total; number++) {
    if (byNumber.has(number)) continue;
    // One without a scenario cannot say which it is; where there are too few scenarios it is one of the last.
    const own = silent.shift();
    if (own !== undefined) byNumber.set(number, own);
    else
      problems.push({
        code: 'missing-shard',
        message: `shard ${number}/${total} is missing`,
        fix: 'name the reports of all shards of one run',
      });
  }
  problems.push(
    ...silent.map(({ file }) => ({ code: 'doubled-shard', message: `${file} has no scenario, and every shard is there without it` })),
  );
  const order = [...byNumber].sort(([a], [b]) => a - b).map(([, shard]) => shard);
  if (problems.length === 0) problems.push(...unevenProblems(order, total));
  if (problems.length > 0) throw new InputError(problems);
  return order;
}

function otherTotal(total: number): (shard: Shard<unknown>) => Problem {
  return ({ file, shard }) => ({ code: 'other-run', message: `${file} is shard ${shard}, and the first report one of ${total}` });
}

function unevenProblems(order: readonly Shard<unknown>[], total: number): Problem[] {
  const count = order.reduce((sum, { scenarios }) => sum + scenarios.length, 0);
  return order.flatMap(({ file, scenarios }, i) => {
    const due = Math.ceil((count - i) / total);
    if (scenarios.length === due) return [];
    const message = `${file} has ${scenarios.length} scenarios; of ${count} in all, shard ${i + 1}/${total} has ${due}`;
    return [{ code: 'other-run', message, fix: 'name the reports of one run, with the same specs and options' }];
  });
}

/** Dealt back: the first of each, then the second of each. */
export function interleave<T>(order: readonly Shard<T>[]): readonly T[] {
  const longest = Math.max(0, ...order.map(({ scenarios }) => scenarios.length));
  return Array.from({ length: longest }, (_, i) => order.flatMap(({ scenarios }) => scenarios.slice(i, i + 1))).flat();
}
