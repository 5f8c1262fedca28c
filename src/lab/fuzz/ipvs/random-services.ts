/** Random services in the words of `ipvsadm -R`, of both families. */
import type { Chance } from '../chance.js';

export const VIPS: readonly string[] = ['10.9.0.1', '10.9.0.2', 'fd00:9::1', 'fd00:9::2'];

const SCHEDULERS = ['rr', 'wrr', 'lc', 'wlc', 'sed', 'nq', 'sh', 'dh', 'mh'];
const FLAGS: Readonly<Record<string, readonly string[]>> = { sh: ['sh-port', 'sh-fallback'], mh: ['mh-port', 'mh-fallback'] };

export function randomServices(chance: Chance): string {
  const lines: string[] = [];
  for (const vip of VIPS) {
    const six = vip.includes(':');
    for (let port = 8001; port <= 8008; port++) if (chance.maybe(60)) lines.push(...service(chance, six, `-t ${at(vip)}:${port}`, 80));
    for (let port = 53; port <= 55; port++) if (chance.maybe(60)) lines.push(...service(chance, six, `-u ${at(vip)}:${port}`, 53));
  }
  for (const six of [false, true])
    if (chance.maybe(60)) lines.push(...service(chance, six, `-f 5${six ? ' -6' : ''}`, chance.maybe(50) ? 80 : 0));
  return lines.map((line) => `${line}\n`).join('');
}

function service(chance: Chance, six: boolean, key: string, port: number): readonly string[] {
  const scheduler = chance.pick(SCHEDULERS);
  const flags = chance.some(FLAGS[scheduler] ?? [], 40);
  const masks = six ? ['-M 64', '-M 127', ''] : ['-M 255.255.255.0', '-M 255.255.255.254', ''];
  const persistent = chance.maybe(25) ? ` -p ${chance.pick([60, 300])} ${chance.pick(masks)}`.trimEnd() : '';
  const head = `-A ${key} -s ${scheduler}${persistent}${flags.length === 0 ? '' : ` -b ${flags.join(',')}`}`;
  const direct = chance.maybe(20);
  const servers = chance.some([1, 2, 3], 85).map((n) => {
    const weight = chance.maybe(50) ? 1 : chance.between(0, 4);
    const limit = chance.maybe(10) ? ` -x ${chance.between(1, 3)}` : '';
    return `-a ${key} -r ${address(chance, six, n)}:${chance.maybe(93) ? port : 9} ${direct ? '-g' : '-m'} -w ${weight}${limit}`;
  });
  return [head, ...servers];
}

/** A server, or now and then the director itself in its place. */
function address(chance: Chance, six: boolean, n: number): string {
  const own = n === 3 && chance.maybe(10);
  const ip = six ? `fd00:2::${own ? 1 : `1${n}`}` : `10.0.2.${own ? 1 : `1${n}`}`;
  return at(ip);
}

function at(ip: string): string {
  return ip.includes(':') ? `[${ip}]` : ip;
}
