/** The options of services and of servers (ipvsadm.c parse_options). Where a server names no port, it takes the service's. */
import { unsupported } from '../../base/errors.js';
import { addressBits } from '../../base/cidr.js';
import { parseIpv4 } from '../../base/ip.js';
import { nearest } from '../../base/nearest.js';
import { type ForwardingMethod, type IpvsService, type RealServer, SCHEDULERS, type Scheduler, type ServiceKey } from './ipvs-service.js';
import { takeSocket } from './service-key.js';
import { lastPosition, type LineReader, nextWord, refuse, takeNumber, takeWord } from '../restore-line.js';

export type ServiceOptions = Pick<IpvsService, 'scheduler' | 'flags' | 'persistent' | 'granularity' | 'onePacket'>;

const PERSISTENT_DEFAULT = 300;
const PERSISTENT_MAX = 86_400 * 31;
const WEIGHT_MAX = 65_535;
const U32_MAX = 0xffffffff;
const FLAGS = ['flag-1', 'flag-2', 'flag-3', 'sh-fallback', 'sh-port', 'mh-fallback', 'mh-port'];
const METHODS: Readonly<Record<string, ForwardingMethod>> = {
  ...{ '-m': 'masq', '--masquerading': 'masq', '-g': 'gateway', '--gatewaying': 'gateway', '-i': 'tunnel', '--ipip': 'tunnel' },
};

export function readServiceOptions(reader: LineReader, key: ServiceKey): ServiceOptions {
  const bits = familyBits(key);
  const options: { -readonly [K in keyof ServiceOptions]: ServiceOptions[K] } = {
    ...{ scheduler: 'wlc', flags: [], persistent: undefined, granularity: bits, onePacket: false },
  };
  for (let word = nextWord(reader); word !== undefined; word = nextWord(reader)) {
    if (word === '-s' || word === '--scheduler') options.scheduler = schedulerIn(reader);
    else if (word === '-b' || word === '--sched-flags') options.flags = flagsIn(reader);
    else if (word === '-p' || word === '--persistent') options.persistent = timeoutIn(reader);
    else if (word === '-M' || word === '--netmask') options.granularity = netmaskIn(reader, bits);
    else if (word === '-o' || word === '--ops') options.onePacket = true;
    else if (word === '--pe') notModelled(reader, 'the persistence engine');
    else unknown(reader, word, ['-s', '-b', '-p', '-M', '-o', '--scheduler', '--sched-flags', '--persistent', '--netmask', '--ops']);
  }
  return options;
}

function familyBits(key: ServiceKey): number {
  return key.kind === 'address' ? addressBits(key.ip) : key.family === 'inet6' ? 128 : 32;
}

function unknown(reader: LineReader, word: string, known: readonly string[]): never {
  const near = nearest(word, known);
  return refuse(reader, 'unknown-option', `there is no option \`${word}\` here`, near === undefined ? undefined : `did you mean ${near}?`);
}

function notModelled(reader: LineReader, what: string): never {
  throw unsupported('unsupported-ipvsadm', `${what} is not modelled`, { position: lastPosition(reader) });
}

function schedulerIn(reader: LineReader): Scheduler {
  const word = takeWord(reader, 'the scheduler');
  const known = SCHEDULERS.find((each) => each === word);
  if (known !== undefined) return known;
  const near = nearest(word, SCHEDULERS);
  return refuse(
    reader,
    'unknown-scheduler',
    `there is no scheduler \`${word}\``,
    near === undefined ? `one of ${SCHEDULERS.join(', ')}` : `did you mean ${near}?`,
  );
}

function flagsIn(reader: LineReader): readonly string[] {
  const flags = takeWord(reader, 'the flags').split(',');
  const wrong = flags.find((flag) => !FLAGS.includes(flag));
  return wrong === undefined ? flags : refuse(reader, 'unknown-flag', `there is no flag \`${wrong}\``, `flags are ${FLAGS.join(', ')}`);
}

/** The number may be left out. */
function timeoutIn(reader: LineReader): number {
  const next = reader.words[reader.at];
  return next === undefined || next.startsWith('-') ? PERSISTENT_DEFAULT : takeNumber(reader, 'the time-out', PERSISTENT_MAX, 1);
}

/** A mask in IPv4, a length in IPv6. */
function netmaskIn(reader: LineReader, bits: number): number {
  if (bits === 128) return takeNumber(reader, 'the prefix length', 128, 1);
  const word = takeWord(reader, 'the netmask');
  const mask = parseIpv4(word);
  if (mask === undefined || mask === 0 || (~mask & (~mask + 1)) !== 0) return refuse(reader, 'bad-netmask', `\`${word}\` is no netmask`);
  return Math.clz32(~mask);
}

export function readServer(reader: LineReader, key: ServiceKey): RealServer {
  let socket: ReturnType<typeof takeSocket> | undefined;
  const server = { method: 'gateway' as ForwardingMethod, weight: 1, upper: 0, lower: 0 };
  for (let word = nextWord(reader); word !== undefined; word = nextWord(reader)) {
    const method = Object.hasOwn(METHODS, word) ? METHODS[word] : undefined;
    if (method !== undefined) server.method = method;
    else if (word === '-r' || word === '--real-server') socket = takeSocket(reader, 'the server');
    else if (word === '-w' || word === '--weight') server.weight = takeNumber(reader, 'the weight', WEIGHT_MAX);
    else if (word === '-x' || word === '--u-threshold') server.upper = takeNumber(reader, 'the upper threshold', U32_MAX);
    else if (word === '-y' || word === '--l-threshold') server.lower = takeNumber(reader, 'the lower threshold', U32_MAX);
    else if (word.startsWith('--tun-')) notModelled(reader, `the option \`${word}\``);
    else unknown(reader, word, ['-r', '-m', '-g', '-i', '-w', '-x', '-y', ...Object.keys(METHODS), '--real-server', '--weight']);
  }
  if (socket === undefined) return refuse(reader, 'missing-option', 'the server is missing', 'add -r ADDRESS:PORT');
  if (addressBits(socket.ip) !== familyBits(key) && server.method !== 'tunnel')
    refuse(reader, 'server-family', 'only tunnels lead to a server of the other family');
  // Only NAT can change the port; a mark's service has none of its own.
  const port = key.kind === 'mark' ? (socket.port ?? 0) : server.method === 'masq' ? (socket.port ?? key.port) : key.port;
  return { ip: socket.ip, port, ...server };
}
