/** Small plans for tables of wrong ones: a namespace `a` with eth0, whose other end is in `b`, and one thing more. */
export const veth = (name: string, more: object = {}): object => ({ name, kind: 'veth', peer: { netns: 'b', name: `${name}-b` }, ...more });
export const ETH0 = veth('eth0', { addr: ['10.0.0.1/24', 'fd00::1/64'] });

export function netns(more: object): object {
  return { netns: { a: { links: [ETH0], ...more }, b: {} } };
}

export const links = (...more: object[]): object => netns({ links: [ETH0, ...more] });
export const routes = (...texts: string[]): object => netns({ routes: texts });
export const rules = (...texts: string[]): object => netns({ rules: texts });
export const neigh = (...texts: string[]): object => netns({ neigh: texts });
export const fdb = (...texts: string[]): object => netns({ links: [ETH0, BR0, VX0], fdb: texts });
export const BR0 = { name: 'br0', kind: 'bridge' };
export const VX0 = { name: 'vx0', kind: 'vxlan', args: 'id 1 dstport 8472 local 10.0.0.1 dev eth0' };
export const table = (name: string, ...lines: string[]): string => `*${name}\n${lines.join('\n')}\nCOMMIT\n`;
export const filter = (...lines: string[]): object => netns({ iptables: table('filter', ...lines) });
export const nat = (...lines: string[]): object => netns({ iptables: table('nat', ...lines) });
export const filter6 = (...lines: string[]): object => netns({ ip6tables: table('filter', ...lines) });
export const nft = (...lines: string[]): object => netns({ nft: `table ip t {\n${lines.join('\n')}\n}\n` });
export const nftChain = (...rulesOfChain: string[]): object =>
  nft(' chain c {', '  type filter hook input priority 0;', ...rulesOfChain.map((rule) => `  ${rule}`), ' }');
export const ipset = (...lines: string[]): object => netns({ ipset: `${lines.join('\n')}\n` });
export const sysctl = (key: string, value: unknown): object => netns({ sysctl: { [key]: value } });
export const listener = (...listeners: object[]): object => ({ ...netns({}), listeners });
export const probe = (...probes: object[]): object => ({ ...netns({}), probes });

/** What completes "a plan with …", and the plan. */
export type Row = readonly [name: string, plan: object];
