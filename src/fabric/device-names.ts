/** Names for the fabric's ends of the cables: the host's own name where Linux takes it (15 characters), else a numbered one. Each is unique. */

const RESERVED = ['lo', 'br0', 'all', 'default'];

export interface Host {
  readonly netns: string;
  /** As a person calls it. */
  readonly name: string;
}

/** From a host's namespace to the device of its cable. */
export function deviceNames(hosts: readonly Host[]): (netns: string) => string {
  const names = new Map<string, string>();
  const taken = new Set(RESERVED);
  for (const [i, host] of hosts.entries()) {
    const fits = /^[a-zA-Z0-9][a-zA-Z0-9_-]{0,14}$/.test(host.name) && !taken.has(host.name);
    let name = fits ? host.name : `port${i + 1}`;
    while (taken.has(name)) name = `${name}x`;
    taken.add(name);
    names.set(host.netns, name);
  }
  return (netns) => names.get(netns) as string;
}
