/** What is asked of kube-proxy's services in mode ipvs, from pods, nodes and outside. */
import type { Plan } from '../../../plan/plan.js';
import { readProbe } from '../../testing/probe-text.js';
import { ipvsNodes } from './ipvs-nodes.js';

const KUBE = [
  ...['tcp 10.96.0.3:80', 'udp 10.96.0.3:53', 'tcp 10.96.0.2:80', 'tcp 10.96.0.1:80', 'tcp 10.96.0.1:80', 'tcp 10.96.0.4:80'],
  ...['tcp 10.96.0.5:80', 'tcp 10.96.0.6:80', 'tcp 10.96.0.1:81', 'icmp 10.96.0.1', 'tcp 192.168.1.11:30080', 'tcp 192.168.1.12:30081'],
  ...['tcp 192.168.1.11:30081', 'tcp 127.0.0.1:30080'],
];

export function kube(backend: 'host-gw' | 'vxlan'): Plan {
  // Of errors about routes, which ClusterIPs from outside end in, Linux 6.1 lets nobody have two in a second.
  const outside = KUBE.filter((what) => !what.includes(' 10.96.') && !what.includes(' 127.'));
  const asked = [
    ...['pod12', 'pod13', 'n1'].flatMap((from) => KUBE.map((what) => `${from} ${what}`)),
    ...outside.map((what) => `laptop ${what}`),
  ];
  const probes = [...asked, 'pod12 tcp 10.96.0.7:80 timeout=3900'].map((text, i) => readProbe(`${i} ${text}`, text));
  return ipvsNodes({ backend, probes });
}
