/** `hopspec eval`: the engine without Gherkin. An operation that fails ends neither the script nor the process. */
import { HopspecError, inputError, nearest, unsupported } from '../../index.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { readInput } from '../read-input.js';
import { type Operation, readOperations } from './operations.js';
import { OPERATIONS, UNBUILT } from './run-operation.js';
import { EvalWorld } from './world.js';

export function evaluate(path: string): ExitCode {
  const { text, file } = readInput(path);
  const world = new EvalWorld();
  let allOk = true;
  for (const operation of readOperations(text, file)) {
    const line = resultLine(world, operation);
    allOk &&= line.ok;
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
  return allOk ? EXIT.ok : EXIT.claimFailed;
}

type ResultLine =
  | { readonly op: string; readonly ok: true; readonly result: unknown }
  | { readonly op: string; readonly ok: false; readonly error: Readonly<Record<'code' | 'message' | 'reason' | 'position', unknown>> };

function resultLine(world: EvalWorld, operation: Operation): ResultLine {
  const { op } = operation;
  try {
    const run = OPERATIONS[op];
    if (run === undefined) throw unknownOperation(op);
    return { op, ok: true, result: run(world, operation.fields) ?? {} };
  } catch (error) {
    return { op, ok: false, error: errorJson(error) };
  }
}

function unknownOperation(op: string): Error {
  if (UNBUILT.includes(op)) return unsupported('unsupported', `the operation ${op} is not built yet`);
  const known = [...Object.keys(OPERATIONS), ...UNBUILT];
  const near = nearest(op, known);
  const message = op === '' ? 'an operation is a map with one key, its name' : `there is no operation ${op}`;
  return inputError('unknown-operation', message, { fix: near ? `did you mean ${near}?` : `one of ${known.join(', ')}` });
}

function errorJson(error: unknown): Readonly<Record<'code' | 'message' | 'reason' | 'position', unknown>> {
  const reason = error instanceof Error && 'reason' in error && typeof error.reason === 'string' ? error.reason : null;
  if (!(error instanceof HopspecError)) {
    return { code: 'internal', message: error instanceof Error ? error.message : String(error), reason, position: null };
  }
  const position = error.problems.find((problem) => problem.position !== undefined)?.position;
  const message = error.problems.map((problem) => problem.message).join('; ');
  return {
    code: error.name === 'UnsupportedError' ? 'unsupported' : error.code,
    message,
    reason,
    position: position ? { file: position.file, line: position.line, column: position.column } : null,
  };
}
