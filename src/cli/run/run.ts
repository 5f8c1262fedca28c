/** `hopspec run`: cucumber-js with our bindings inside, our report, and an exit code that says which kind of thing went wrong. */
import { Writable } from 'node:stream';
import { inputError } from '../../index.js';
import { EXIT, type ExitCode, worst } from '../exit-code.js';
import { configure, SPEC_REPORT } from './configuration.js';
import { type CucumberApi, loadCucumber } from './cucumber-api.js';
import { watchSize } from './large-suite.js';
import { readRunOptions, type RunFlags, type RunOptions } from './options.js';
import { discardOld, openReports, type Reports } from './report-files.js';
import { readVerdict } from './verdict.js';

export async function run(paths: readonly string[], flags: RunFlags): Promise<ExitCode> {
  const cwd = process.cwd();
  const options = readRunOptions(paths, flags, cwd);
  discardOld(
    options.formats.flatMap(({ file }) => file ?? []),
    paths,
    cwd,
  );
  if (options.missing.length === paths.length && paths.length > 0) return nothingRan(options);
  if (options.missing.length > 0) throw missing(options);
  if (options.on !== 'sim') {
    // The workers that cucumber-js starts read it too.
    if (options.kernel !== undefined) process.env['HOPSPEC_KERNEL'] = options.kernel;
    (await import('./real-kernel.js')).checkRealKernel();
  }
  const cucumber = await loadCucumber(cwd);
  const configuration = await configure(cucumber, options, cwd);
  const reports = await openReports(configuration, cwd, { shard: options.shard ?? null });
  for (const line of reports.refused) process.stderr.write(`${line}\n`);
  const { code, success, broke } = await runCucumber(cucumber, reports, cwd);
  const unfinished = reports.finish(broke);
  for (const line of unfinished) process.stderr.write(`${line}\n`);
  const codes: ExitCode[] = [code];
  // Cucumber calls the run a failure though no scenario was: a report broke off while it was written.
  if (broke || reports.refused.length + unfinished.length > 0 || (code === EXIT.ok && !success)) codes.push(EXIT.reportNotWritten);
  if (code === EXIT.nothingRan) nothingRan(options);
  return worst(codes);
}

async function runCucumber(
  cucumber: CucumberApi,
  reports: Reports,
  cwd: string,
): Promise<{ code: ExitCode; success: boolean; broke: boolean }> {
  const { configuration } = reports;
  const isOurReport = configuration.formats.stdout === SPEC_REPORT;
  const reader = readVerdict((text) => (isOurReport ? undefined : process.stderr.write(`${text}\n`)));
  const size = watchSize();
  let hasBegun = false;
  let hasEnded = false;
  let broke = false;
  try {
    const environment = { cwd, stdout: process.stdout, stderr: withoutParseErrors(() => (broke = true)) };
    const { success } = await cucumber.runCucumber(configuration, environment, (envelope) => {
      hasBegun = true;
      size(envelope);
      hasEnded ||= envelope.testRunFinished !== undefined;
      reader.read(envelope);
      reports.read(envelope);
    });
    return { code: reader.code(), success, broke };
  } catch (error) {
    if (!hasEnded || !isWriteError(error)) throw knownFault(error, hasBegun);
    // Cucumber does not wait for its other reports when one of them breaks off.
    await new Promise((done) => setTimeout(done, OTHERS_MS));
    return { code: reader.code(), success: false, broke: true };
  }
}

const OTHERS_MS = 100;

function isWriteError(error: unknown): boolean {
  const { code = '', syscall } = error as NodeJS.ErrnoException;
  return syscall === 'write' || code.startsWith('ERR_STREAM_');
}

/**
 * The report has parse errors with their line and caret; Cucumber's own line about them would say it twice. What it says of a file that it cannot
 * write to are Node's words alone.
 */
function withoutParseErrors(onWriteError: () => void): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      const text = chunk.toString();
      const isWriteError = WRITE_ERROR.test(text);
      if (isWriteError) onWriteError();
      if (!text.startsWith('Parse error in ')) process.stderr.write(isWriteError ? `a report breaks off: ${text}` : text);
      done();
    },
  });
}

const WRITE_ERROR = /^E[A-Z]+: .*, (?:write|close|fsync)$/m;

/** Cucumber throws plain errors for what a user got wrong. Before its first message it does nothing but load steps and formatters. */
function knownFault(error: unknown, hasBegun: boolean): unknown {
  const message = rootMessage(error);
  if (/tag expression/i.test(message)) {
    return inputError('bad-option', `--tags: ${message.split('\n')[0] ?? ''}`, { fix: 'e.g. --tags "@smoke and not @slow"' });
  }
  if (/^Failed to import formatter|does not export a function\/class/.test(message)) {
    return inputError('unknown-format', message, { fix: 'name a built-in format, or the path of a formatter' });
  }
  if (!hasBegun)
    return inputError('own-steps', `the project's own steps cannot be loaded: ${message}`, {
      fix: 'mend them, or their path in cucumber.mjs',
    });
  return error;
}

/** Cucumber wraps what its own parts throw. */
function rootMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message.startsWith('Cucumber errored') && error.cause !== undefined ? rootMessage(error.cause) : error.message;
}

function missing(options: RunOptions): Error {
  return inputError('missing-file', `there is no ${options.missing.join(', no ')}`, {
    fix: 'paths are relative to the folder hopspec runs in',
  });
}

function nothingRan(options: RunOptions): ExitCode {
  const reason = options.missing.length > 0 ? `there is no ${options.missing.join(', no ')}` : emptyReason(options);
  process.stderr.write(`nothing ran: ${reason}\n`);
  return EXIT.nothingRan;
}

function emptyReason({ tags, names, shard, paths }: RunOptions): string {
  if (tags !== undefined) return `no scenario has the tags ${tags}`;
  if (names.length > 0) return `no scenario's name matches ${names.join(' or ')}`;
  if (shard !== undefined) return `no scenario is left for shard ${shard}`;
  return `no scenario in ${paths.length > 0 ? paths.join(', ') : 'features/**/*.feature'}`;
}
