// `npm test`: runs every check to its end, shows the output of those that fail, and closes with the counts of all tests and checks.
import { spawn } from 'node:child_process';
import { checks } from './checks.mjs';
import { mkdirSync, writeFileSync } from './files.mjs';

const total = { passed: 0, failed: 0, skipped: 0 };

for (const check of checks) {
  const started = Date.now();
  const { code, output } = await run(check.run);
  const counted = count(output);
  const skipped = code === 0 && /^SKIPPED: /m.test(output);
  if (code !== 0) counted.failed ||= 1;
  else if (skipped) counted.skipped += 1;
  else counted.passed ||= 1;
  for (const key of Object.keys(total)) total[key] += counted[key];
  const word = code !== 0 ? 'FAILED' : skipped ? 'skipped' : 'ok';
  console.log(`${word.padEnd(8)} ${check.name}  (${summary(counted)}; ${((Date.now() - started) / 1000).toFixed(1)} s)`);
  if (code !== 0) console.log(trouble(output).replace(/^/gm, '    '));
  else if (skipped) console.log(`    ${/^SKIPPED: .*/m.exec(output)[0]}`);
}
console.log(summary(total));
mkdirSync('out');
writeFileSync('out/summary.txt', `${summary(total)}\n`);
process.exitCode = total.failed > 0 ? 1 : 0;

function run([command, ...args]) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' } });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ code: 1, output: `${output}${error.message}\n` }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** Of the unit tests' report only what failed, which stands at its end, and whatever does not belong to it. */
function trouble(output) {
  const failing = output.indexOf('✖ failing tests:');
  return failing < 0 ? output : output.slice(failing);
}

/** Node's runner ends with `ℹ pass N` or `# pass N`; the specs' report with `N scenarios: N passed, N failed`. */
function count(output) {
  const counted = { passed: 0, failed: 0, skipped: 0 };
  for (const [, word, number] of output.matchAll(/^(?:ℹ|#) (pass|fail|skipped) (\d+)$/gm)) {
    counted[{ pass: 'passed', fail: 'failed', skipped: 'skipped' }[word]] += Number(number);
  }
  for (const [, parts] of output.matchAll(/^\d+ scenarios?: (.*)$/gm)) {
    for (const [, number, word] of parts.matchAll(/(\d+) ([a-z ]+)/g)) {
      counted[word === 'passed' || word === 'skipped' ? word : 'failed'] += Number(number);
    }
  }
  return counted;
}

function summary({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
