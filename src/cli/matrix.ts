/** `hopspec matrix`: the verdict for every ordered pair of pods, itself included. */
import { EXIT, type ExitCode } from './exit-code.js';
import { portFlag } from './number-flag.js';
import { openSimulation, type SimulationFlags } from './open-simulation.js';

interface MatrixFlags extends SimulationFlags {
  readonly port?: string;
  readonly protocol?: string;
  readonly json?: boolean;
}

interface MatrixRow {
  readonly from: string;
  readonly to: string;
  readonly verdict: string;
}

export function matrix(flags: MatrixFlags): ExitCode {
  const rows = openSimulation(flags).matrix({ port: portFlag(flags.port), protocol: flags.protocol?.toUpperCase() });
  const text = flags.json ? JSON.stringify({ schema: 'hopspec.dev/matrix/v1', rows }, undefined, 2) : table(rows);
  process.stdout.write(`${text}\n`);
  return EXIT.ok;
}

/** Sources down, destinations across. */
function table(rows: readonly MatrixRow[]): string {
  const sources = [...new Set(rows.map((row) => row.from))];
  const targets = [...new Set(rows.map((row) => row.to))];
  const verdicts = new Map(rows.map((row) => [`${row.from} ${row.to}`, row.verdict]));
  const lines = [['', ...targets], ...sources.map((from) => [from, ...targets.map((to) => verdicts.get(`${from} ${to}`) ?? '-')])];
  const widths = ['', ...targets].map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
