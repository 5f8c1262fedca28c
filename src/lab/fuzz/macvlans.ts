/** Pods that stand on their node's uplink as macvlans, with addresses of the segment: in the modes that are modelled. */
import { type Build, mac, space } from './build.js';

export function addMacvlans(build: Build, n: number): void {
  const { chance } = build;
  const mode = chance.maybe(75) ? 'bridge' : 'private';
  for (let k = 1; k <= chance.between(1, 2); k++) {
    const name = `mac${n}${k}`;
    const pod = space(build, name, false);
    const address = `192.168.1.${20 + 10 * n + k}`;
    pod.links.push({
      name: 'eth0',
      kind: 'macvlan',
      args: `mode ${mode}`,
      link: { netns: `n${n}`, name: 'eth0' },
      mac: mac(build),
      addr: [`${address}/24`],
    });
    pod.routes.push('default via 192.168.1.1');
    build.hosts.push({ name, kind: 'pod', addresses: [address] });
  }
}
