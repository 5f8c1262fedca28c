#!/usr/bin/env node
/** The command line. Every command is one file, loaded when it is asked for. Data goes to stdout, everything else to stderr. */
import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';

const collect = (value: string, before: readonly string[]): string[] => [...before, value];

const program = new Command('hopspec')
  .description('Declarative tests for Kubernetes cluster networking')
  .helpCommand(false)
  .option('-V, --version', 'the version')
  .on('option:version', () => {
    const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
    process.stdout.write(`${version}\n`);
    process.exit(0);
  })
  .showSuggestionAfterError()
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(text) });

program
  .command('run')
  .description('run the specs: features/**/*.feature unless paths are given')
  .argument('[paths...]', 'feature files or folders, with an optional :LINE')
  .option('-t, --tags <expression>', 'only scenarios whose tags match')
  .option('-n, --name <pattern>', 'only scenarios whose name matches; may be repeated', collect, [])
  .option('-f, --format <format>', 'report FORMAT[:FILE]; may be repeated', collect, [])
  .option('--seed <n>', "instead of the cluster's own seed")
  .option('--shard <i/n>', 'only every n-th scenario, beginning with the i-th')
  .option('--on <judge>', 'sim, lab or both', 'sim')
  .option('--kernel <kernel>', 'of the lab: host, qemu or qemu:FILE')
  .option('-w, --watch', 'run again what a change concerns')
  .action(async (paths: string[], options) =>
    exit(
      options.watch === true
        ? (await import('./run/watch.js')).watchRun(paths, options)
        : (await import('./run/run.js')).run(paths, options),
    ),
  );

const flow = (command: Command): Command =>
  command
    .requiredOption('-c, --cluster <file>', 'cluster file')
    .option('-f, --manifests <path>', 'manifest file or folder; may be repeated', collect, []);

flow(program.command('trace').description('the way of one connection'))
  .requiredOption('--from <endpoint>', 'who sends, e.g. pod/a')
  .requiredOption('--to <endpoint>', 'who is called, e.g. svc/nginx')
  .option('--port <n>')
  .option('--protocol <protocol>', 'TCP, UDP, SCTP or ICMP')
  .option('--at <node>', 'the node an outside client sends to')
  .option('--json', 'schema hopspec.dev/trace/v1')
  .option('--tcpdump', "in tcpdump's words")
  .option('--mermaid', 'as a sequence diagram, in the text that GitHub and GitLab draw')
  .option('--pcap <file>', 'as a capture file')
  .option('--tree', 'as a tree (the default)')
  .action(async (options) => exit((await import('./trace.js')).trace(options)));

flow(program.command('matrix').description('who reaches whom, for every ordered pair of pods'))
  .option('--port <n>')
  .option('--protocol <protocol>')
  .option('--json', 'schema hopspec.dev/matrix/v1')
  .option('--table', 'as a table (the default)')
  .action(async (options) => exit((await import('./matrix.js')).matrix(options)));

flow(program.command('render').description("a node's configuration"))
  .requiredOption('--node <name>')
  .option('--format <format>', 'iptables-save, ip6tables-save, nft, ipset, ipvsadm, ip or plan', 'plan')
  .action(async (options) => exit((await import('./render.js')).render(options)));

program
  .command('eval')
  .description('one operation per YAML or JSON document in, one JSON line per operation out')
  .argument('[script]', 'a file, or - for standard input', '-')
  .action(async (script: string) => exit((await import('./eval/eval.js')).evaluate(script)));

program
  .command('probe')
  .description('run the probes of a plan on the simulated kernel')
  .argument('<plan>', 'a plan as JSON, or -')
  .option('--trace', 'with the path of every packet')
  .action(async (plan: string, options) => exit((await import('./probe.js')).probe(plan, options)));

program
  .command('lab')
  .description('run the probes of a plan on the real kernel')
  .argument('<plan>', 'a plan as JSON, or -')
  .option('--trace', 'with the path of every packet, from the evidence of the kernel')
  .option('--kernel <kernel>', 'host, qemu or qemu:FILE, a linux-image package or a kernel', 'host')
  .action(async (plan: string, options) => exit((await import('./lab.js')).lab(plan, options)));

program
  .command('report')
  .description('reports of a run')
  .command('merge')
  .description('the reports of all shards of a run as that of the whole: html, junit, json or message')
  .argument('<files...>', 'one of each shard')
  .option('-o, --output <file>', 'instead of standard output')
  .action(async (files: string[], options) => exit((await import('./report.js')).mergeFiles(files, options)));

program
  .command('steps')
  .description('every wording with its example')
  .option('--json', 'schema hopspec.dev/steps/v1')
  .option('--markdown', 'as a page')
  .action(async (options) => exit((await import('./steps/steps.js')).steps(options)));

program
  .command('init')
  .description('a first spec, cluster file and CI job that pass')
  .argument('[dir]', 'where', '.')
  .action(async (dir: string) => exit((await import('./init.js')).init(dir)));

async function exit(code: number | Promise<number>): Promise<void> {
  process.exitCode = await code;
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? (process.exitCode ?? 0) : 6));

// What escapes every handler (a stream, a timer of the project's own steps) is told like any other error.
process.on('uncaughtException', (error) => void complain(error).then((code) => process.exit(code)));

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has printed it already.
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    process.exitCode = await complain(error);
  }
}

async function complain(error: unknown): Promise<number> {
  const [{ exitCodeOf }, { errorText }] = await Promise.all([import('./exit-code.js'), import('./error-text.js')]);
  process.stderr.write(`${errorText(error)}\n`);
  return exitCodeOf(error);
}
