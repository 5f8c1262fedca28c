/** Every network of l3-*.ts, by topic. */
import { ARP } from './l3-arp.js';
import { REDIRECTS } from './l3-redirects.js';
import { REDIRECTS_6 } from './l3-redirects-6.js';
import { MULTIPATH } from './l3-multipath.js';
import { BRIDGE } from './l3-bridge.js';
import { BROADCAST } from './l3-broadcast.js';
import { NEIGHBOURS } from './l3-neighbours.js';
import { SYSCTLS } from './l3-sysctls.js';
import { FRAGMENTS } from './l3-fragments.js';
import { MARTIANS } from './l3-martians.js';
import { ROUTES } from './l3-routes.js';
import { RULES } from './l3-rules.js';
import { SOCKETS } from './l3-sockets.js';
import { TUNNELS } from './l3-tunnels.js';
import type { Line } from './line.js';

export const L3_CASES: Readonly<Record<string, readonly Line[]>> = {
  arp: ARP,
  redirects: REDIRECTS,
  'redirects-6': REDIRECTS_6,
  multipath: MULTIPATH,
  bridge: BRIDGE,
  broadcast: BROADCAST,
  neighbours: NEIGHBOURS,
  sysctls: SYSCTLS,
  fragments: FRAGMENTS,
  martians: MARTIANS,
  routes: ROUTES,
  rules: RULES,
  sockets: SOCKETS,
  tunnels: TUNNELS,
};
