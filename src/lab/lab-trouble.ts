/** What keeps a plan from running on the real kernel, as the errors of this project: the plan's fault, the machine's, or a missing tool. */
import { inputError, unsupported } from '../base/errors.js';
import type { RawTrouble } from './lab-result.js';

/** Debian's packages, by the tools that the lab calls. */
const PACKAGE: Readonly<Record<string, string>> = {
  ip: 'iproute2',
  bridge: 'iproute2',
  'iptables-restore': 'iptables',
  'ip6tables-restore': 'iptables',
  nft: 'nftables',
  ipset: 'ipset',
  ipvsadm: 'ipvsadm',
  wg: 'wireguard-tools',
  python3: 'python3',
  'qemu-system-x86_64': 'qemu-system-x86',
  busybox: 'busybox-static',
  'dpkg-deb': 'dpkg',
};

export function labError(trouble: RawTrouble): Error {
  const { kind, code, message, where, fix } = trouble;
  if (kind === 'tools') return missingTools(trouble.tools ?? []);
  const text = where === null ? message : `${placeText(where)}: ${message}`;
  const more = fix === null ? {} : { fix };
  return kind === 'input' ? inputError(code, text, more) : unsupported(code, text, more);
}

/** Every tool by its name, and the one line that installs them all. */
export function missingTools(tools: readonly string[]): Error {
  const packages = [...new Set(tools.map((tool) => PACKAGE[tool] ?? tool))].sort();
  const list = tools.join(', ');
  const verb = tools.length === 1 ? 'is' : 'are';
  return unsupported('missing-tools', `the lab needs ${list}, which ${verb} not installed`, {
    fix: `sudo apt-get install ${packages.join(' ')}`,
  });
}

/** `netns.n1.links[0]` */
function placeText(where: readonly (string | number)[]): string {
  return where.map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`)).join('');
}
