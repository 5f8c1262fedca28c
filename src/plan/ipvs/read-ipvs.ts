/**
 * The text that `ipvsadm -R` reads, run against no services, or those that are there already (ipvsadm.c): -A, -E, -D, -a, -e, -d, -C and --set with
 * their options, long and short. All errors come together. Left out: --start-daemon, -Z and listing, unsupported by name, and so are persistence
 * engines.
 */
import { HopspecError, InputError, type Problem, unsupported, UnsupportedError } from '../../base/errors.js';
import type { IpvsServices, IpvsTimeouts, RealServer, ServiceKey } from './ipvs-service.js';
import { formatSocket } from '../../base/ip.js';
import { formatServiceKey, readServiceKey } from './service-key.js';
import { readPlainLine } from './plain-line.js';
import { readServer, readServiceOptions, type ServiceOptions } from './options.js';
import { lastPosition, type LineReader, nextWord, readWords, refuse, takeNumber, takeWord } from '../restore-line.js';

interface DraftService extends ServiceOptions {
  readonly key: ServiceKey;
  readonly servers: RealServer[];
}

class Services extends Map<string, DraftService> {
  timeouts: IpvsTimeouts = {};
}

type Command = (reader: LineReader, services: Services) => void;

const PROBLEMS_MAX = 20;
const TIMEOUT_MAX = 86_400 * 31;

/** Throws InputError with every problem found; UnsupportedError where nothing is wrong but something is not modelled. */
export function readIpvs(text: string, file = 'ipvs', before?: IpvsServices): IpvsServices {
  const services = draftOf(before);
  const problems: Problem[] = [];
  const notModelled: Problem[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    if (problems.length >= PROBLEMS_MAX) break;
    if (readPlainLine(line, services)) continue;
    if (line.trim() === '' || line.startsWith('#')) continue;
    try {
      readLine(readWords(file, line, i + 1), services);
    } catch (error) {
      if (!(error instanceof HopspecError)) throw error;
      (error instanceof UnsupportedError ? notModelled : problems).push(...error.problems);
    }
  }
  if (problems.length > 0) throw new InputError(problems);
  if (notModelled.length > 0) throw new UnsupportedError(notModelled);
  return services;
}

function draftOf(before: IpvsServices | undefined): Services {
  const services = new Services();
  for (const [name, service] of before ?? []) services.set(name, { ...service, servers: [...service.servers] });
  services.timeouts = before?.timeouts ?? {};
  return services;
}

const LONG: Readonly<Record<string, string>> = {
  ...{ '--add-service': '-A', '--edit-service': '-E', '--delete-service': '-D', '--clear': '-C' },
  ...{ '--add-server': '-a', '--edit-server': '-e', '--delete-server': '-d' },
};
const UNMODELLED = ['--start-daemon', '--stop-daemon', '-Z', '--zero', '-L', '-l', '--list', '-S', '--save', '-R', '--restore'];

const COMMANDS: Readonly<Record<string, Command>> = {
  '-A': addService,
  '-E': editService,
  '-D': deleteService,
  '-C': (_reader, services) => services.clear(),
  '-a': addServer,
  '-e': editServer,
  '-d': deleteServer,
  '--set': setTimeouts,
};

function readLine(reader: LineReader, services: Services): void {
  const word = takeWord(reader, 'a command');
  const command = COMMANDS[LONG[word] ?? word];
  if (command !== undefined) return command(reader, services);
  if (UNMODELLED.includes(word))
    throw unsupported('unsupported-ipvsadm', `the command \`${word}\` is not modelled`, { position: lastPosition(reader) });
  refuse(reader, 'unknown-command', `\`${word}\` is no command of ipvsadm -R`, `commands are ${Object.keys(COMMANDS).join(', ')}`);
}

function takeKey(reader: LineReader): ServiceKey {
  const option = nextWord(reader) ?? '';
  const key = readServiceKey(reader, option);
  if (key === undefined)
    return refuse(reader, 'no-service', 'the service must come first', 'write -t, -u, --sctp-service or -f and the service');
  if (key.kind !== 'mark' || reader.words[reader.at] !== '-6') return key;
  reader.at++;
  return { ...key, family: 'inet6' };
}

function takeService(reader: LineReader, services: Services): DraftService {
  const key = takeKey(reader);
  const text = formatServiceKey(key);
  return services.get(text) ?? refuse(reader, 'unknown-service', `there is no service ${text}`, `add it first: -A ${text}`);
}

function addService(reader: LineReader, services: Services): void {
  const key = takeKey(reader);
  const text = formatServiceKey(key);
  if (services.has(text)) refuse(reader, 'service-exists', `there is a service ${text} already`);
  const options = readServiceOptions(reader, key);
  if (key.kind === 'address' && key.port === 0 && options.persistent === undefined)
    refuse(reader, 'zero-port', 'a service without a port must be persistent', 'add -p');
  services.set(text, { key, ...options, servers: [] });
}

function editService(reader: LineReader, services: Services): void {
  const { key, servers } = takeService(reader, services);
  services.set(formatServiceKey(key), { key, ...readServiceOptions(reader, key), servers });
}

function deleteService(reader: LineReader, services: Services): void {
  services.delete(formatServiceKey(takeService(reader, services).key));
}

function addServer(reader: LineReader, services: Services): void {
  const service = takeService(reader, services);
  const server = readServer(reader, service.key);
  if (indexOf(service, server) >= 0)
    refuse(
      reader,
      'server-exists',
      `the service ${formatServiceKey(service.key)} has the server ${formatSocket(server.ip, server.port)} already`,
    );
  service.servers.push(server);
}

function editServer(reader: LineReader, services: Services): void {
  const service = takeService(reader, services);
  const server = readServer(reader, service.key);
  const at = existing(reader, service, server);
  const { weight, lastWeight = weight } = service.servers[at] as RealServer;
  service.servers[at] = server.weight > 0 || lastWeight === 0 ? server : { ...server, lastWeight };
}

function deleteServer(reader: LineReader, services: Services): void {
  const service = takeService(reader, services);
  service.servers.splice(existing(reader, service, readServer(reader, service.key)), 1);
}

function indexOf({ servers }: DraftService, { ip, port }: RealServer): number {
  return servers.findIndex((other) => other.ip === ip && other.port === port);
}

function existing(reader: LineReader, service: DraftService, server: RealServer): number {
  const at = indexOf(service, server);
  if (at >= 0) return at;
  return refuse(
    reader,
    'unknown-server',
    `the service ${formatServiceKey(service.key)} has no server ${formatSocket(server.ip, server.port)}`,
  );
}

/** 0 leaves one as it is. */
function setTimeouts(reader: LineReader, services: Services): void {
  const [tcp, tcpFin, udp] = ['TCP', 'closed TCP', 'UDP'].map((what) =>
    takeNumber(reader, `the time-out of ${what} connections`, TIMEOUT_MAX),
  );
  services.timeouts = {
    ...services.timeouts,
    ...(tcp ? { tcp } : {}),
    ...(tcpFin ? { tcpFin } : {}),
    ...(udp ? { udp } : {}),
  };
}
