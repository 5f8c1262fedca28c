/** Names for the fabric's ends of the cables: the host's own name where Linux takes it (15 characters), else a numbered one. Each is unique. */

const RESERVED = ['lo', 'br0', 'all', 'default'];

export function deviceNames(hosts: readonly string[], fallback: string): (host: string) => string {
  const names = new Map<string, string>();
  const taken = new Set(RESERVED);
  for (const [i, host] of hosts.entries()) {
    const fits = /^[a-zA-Z0-9][a-zA-Z0-9_-]{0,14}$/.test(host) && !taken.has(host);
    let name = fits ? host : `${fallback}${i + 1}`;
    while (taken.has(name)) name = `${name}x`;
    taken.add(name);
    names.set(host, name);
  }
  return (host) => names.get(host) as string;
}
