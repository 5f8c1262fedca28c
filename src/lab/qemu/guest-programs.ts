/**
 * The programs of a guest machine, taken from this one: the executor and Python as far as it loads it, and the tools that plans are loaded
 * with, each with its shared libraries and what it opens by name. So plans are read there by the very tools that read them here.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InvariantError } from '../../base/errors.js';
import { missingTools } from '../lab-trouble.js';
import type { ArchiveFile } from './cpio.js';

/** What a plan may need. */
const RULES = ['iptables', 'ip6tables'].flatMap((tool) => [`${tool}-restore`, `${tool}-save`]);
const TOOLS = ['ip', 'bridge', ...RULES, 'nft', 'ipset', 'ipvsadm', 'wg'];
const FOLDERS = ['/usr/sbin', '/sbin', '/usr/bin', '/bin', '/usr/local/sbin', '/usr/local/bin'];
/** Read by tools and by the C library, where they exist. */
const SETTINGS = ['/etc/iproute2', '/usr/share/iproute2', '/etc/protocols', '/etc/services', '/etc/nsswitch.conf', '/etc/ethertypes'];
const PLUGINS = /\/libxtables\.so/;
/** Every module that a job loads, and what Python itself asks for by name. */
const IMPORTS = 'conntrack, evidence, forget, main, traceback, gettext, locale, glob, encodings.idna, encodings.latin_1, encodings.ascii';
const LIST = `import sys; sys.path.insert(0, sys.argv[1]); import ${IMPORTS}, os
print(sys.executable, os.__file__, *{m.__file__ for m in sys.modules.values() if getattr(m, "__file__", None)}, sep="\\n")`;

/** Where sources lie, and where the packed engine has them. */
const PLACES = ['..', '.', 'lab', '../lab'];

export function guestPrograms(): readonly ArchiveFile[] {
  const tools = findTools();
  const lab = PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((path) =>
    existsSync(join(path, 'executor/main.py')),
  );
  if (lab === undefined) throw new InvariantError("the lab's executor is missing");
  const python = pythonFiles(join(lab, 'executor'));
  const binaries = [...tools.values(), ...python.filter((path) => path === python[0] || path.endsWith('.so'))];
  const libraries = [...new Set(binaries.flatMap(librariesOf))].sort();
  const plugins = libraries.filter((path) => PLUGINS.test(path)).map((path) => join(dirname(realpathSync(path)), 'xtables'));
  const opened = [...plugins, ...SETTINGS].flatMap(filesBelow);
  return [
    ...[...tools].map(([name, path]) => copy(path, name === 'busybox' ? '/bin/busybox' : `/usr/bin/${name}`)),
    ...['/sbin/modprobe', '/sbin/depmod'].map((path) => link(path, '/bin/busybox')),
    copy(python[0] as string, '/usr/bin/python3'),
    ...[...new Set([...python.slice(1), ...libraries, ...opened])].map((path) => copy(path, path)),
    ...python.slice(1).flatMap(compiled),
    ...filesBelow(join(lab, 'executor'))
      .filter((path) => path.endsWith('.py'))
      .map((path) => copy(path, path.replace(/.*\//, '/lab/'))),
    copy(join(lab, 'qemu/guest/serve.py'), '/lab/serve.py'),
    { ...copy(join(lab, 'qemu/guest/init.sh'), '/init'), mode: 0o100755 },
  ];
}

/** By name, in order. */
function findTools(): ReadonlyMap<string, string> {
  const found = [...TOOLS, 'busybox'].map(
    (name) => [name, FOLDERS.map((folder) => join(folder, name)).find((path) => existsSync(path))] as const,
  );
  const missing = found.filter(([, path]) => path === undefined).map(([name]) => name);
  if (missing.length > 0) throw missingTools(missing);
  return new Map(found as [string, string][]);
}

/** The interpreter, then the files of its library. */
function pythonFiles(executor: string): readonly string[] {
  const done = spawnSync('/usr/bin/python3', ['-B', '-S', '-E', '-s', '-c', LIST, executor], { encoding: 'utf8' });
  if (done.error !== undefined) throw missingTools(['python3']);
  if (done.status !== 0) throw new InvariantError(`the executor's modules cannot be listed: ${done.stderr}`);
  const [interpreter, ...files] = done.stdout.trim().split('\n');
  return [interpreter as string, ...files.filter((path) => !path.startsWith(executor)).sort()];
}

/** What a shorter start comes from. */
function compiled(path: string): readonly ArchiveFile[] {
  const folder = join(dirname(path), '__pycache__');
  if (!path.endsWith('.py') || !existsSync(folder)) return [];
  const stem = path.replace(/.*\//, '').replace(/py$/, 'cpython-');
  return readdirSync(folder)
    .filter((name) => name.startsWith(stem) && /^\d+\.pyc$/.test(name.slice(stem.length)))
    .map((name) => copy(join(folder, name), join(folder, name)));
}

function librariesOf(path: string): readonly string[] {
  const { stdout } = spawnSync('ldd', [path], { encoding: 'utf8' });
  return [...(stdout ?? '').matchAll(/(\/\S+) \(0x/g)].map(([, library]) => library as string);
}

function filesBelow(path: string): readonly string[] {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).sort();
  return names.map((name) => join(path, name)).filter((file) => existsSync(file) && statSync(file).isFile());
}

/** With what a link stands for. */
function copy(from: string, to: string): ArchiveFile {
  const { mode, mtimeMs } = statSync(from);
  return { path: to.slice(1), bytes: readFileSync(from), mode, modified: Math.floor(mtimeMs / 1000) };
}

function link(path: string, target: string): ArchiveFile {
  return { path: path.slice(1), bytes: new TextEncoder().encode(target), mode: 0o120777, modified: 0 };
}
