/** The kernels that kept answers come from, and where they differ: the part of docs/fidelity.md that says so. */
import { SCHEDULERS } from '../../plan/ipvs/ipvs-service.js';

/** Put to Linux in fixtures/kernel/ipvs. */
const KEPT = ['rr', 'wrr', 'lc', 'wlc', 'sed', 'nq', 'sh', 'dh', 'mh'];

export const KERNELS = `## Kernels
Two were asked: 6.18, in namespaces of the machine itself, and Debian's 6.1 cloud kernel in a guest machine (\`--kernel qemu\`), which has what 6.18 as
built here lacks. WireGuard's answers are those of wireguard-go on 6.18, and 6.1's own are the same. The cases of the two nodes, of IPv6, of links and of netfilter
were put to 6.1 too, and 2,205 flows of random plans (\`npm run fuzz -- --kernel qemu --seed 7000 --runs 40\`): it answers as 6.18 does, with these
exceptions, where the simulated kernel does as 6.18:

| | 6.18 | 6.1 |
|---|---|---|
| \`net.ipv4.icmp_ratelimit\` is 0, and errors say that there is no route | five at once, then one in a second | one in a second: every ICMP error takes what the receiver may still get |
| \`-j DNAT --to-destination IP:PORT-PORT\` | begins at the first port | begins anywhere in the range |
| nftables' trace of a rule that returns | a rule | the end of its chain, with the rule's handle |

IPVS is 6.1's alone: what it answered, to both families, is in \`fixtures/kernel/ipvs\`. Its schedulers ${KEPT.map((name) => `\`${name}\``).join(', ')} are held to it connection by connection,
beginning as a kernel begins that has just been given its services; a cluster's services begin anywhere in their sequence. 1,680 random flows answer alike
(\`npm run fuzz -- --kind ipvs --kernel qemu --seed 100 --runs 28\`). Not modelled, and refused by name:
${SCHEDULERS.filter((name) => !KEPT.includes(name))
  .map((name) => `\`${name}\``)
  .join(', ')}, tunnels over IPv6, servers of the other family, one-packet scheduling.
`;
