/**
 * What nodes have in iptables, ip6tables, nft, ipset and IPVS, as the tools printed it when the real kernel had loaded it: what hopspec prints must be the same.
 * The answers stand in fixtures/kernel/saved; they are those of Debian's 6.1 and its tools, and with HOPSPEC_UPDATE_GOLDEN=1 HOPSPEC_KERNEL=qemu
 * they are asked again. Left out of the comparison: counters, comments, orders that the kernel draws by hashing, and the braces of a set of one, which nft drops.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { execute } from '../../lab/execute.js';
import { readLabKernel } from '../../lab/lab-kernel.js';
import { ASK_LINUX } from '../../lab/testing/ask-linux.js';
import { readClusterSpec } from '../../manifest/cluster/cluster-file.js';
import type { NetnsPlan } from '../../plan/plan.js';
import { createSimulation, type Simulation } from '../simulation.js';

const FOLDER = 'fixtures/kernel/saved';
const NODE = 'node2';
const FORMATS = { iptables: 'iptables-save', ip6tables: 'ip6tables-save', nft: 'nft', ipset: 'ipset', ipvs: 'ipvsadm' } as const;

type Field = keyof typeof FORMATS;

const DUAL = { podCIDR: '10.244.0.0/16,fd00:10:244::/56', serviceCIDR: '10.96.0.0/12,fd00:10:96::/112' };
const nodes = (dual: boolean): object[] =>
  [1, 2].map((i) => ({ name: `node${i}`, addresses: [`192.168.1.${i}0`, ...(dual ? [`fd00:192:168:1::${i}0`] : [])] }));

const PORTS = [
  { name: 'http', port: 80, nodePort: 30080 },
  { name: 'dns', port: 53, protocol: 'UDP', nodePort: 30053 },
];
const ASSOCIATIONS = [{ name: 'sctp', port: 90, protocol: 'SCTP', nodePort: 30090 }];

/** Every form of Service, in both families where there are two, and a pod with host ports. */
function objects(dual: boolean, sctp: boolean): object[] {
  const families = dual ? { ipFamilyPolicy: 'RequireDualStack' } : {};
  const service = (name: string, spec: object): object => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { ...families, selector: { app: 'web' }, ...spec },
  });
  const both = (...addresses: string[]): string[] => addresses.filter((one) => dual || !one.includes(':'));
  return [
    ...[1, 2].map((i) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `web${i}`, labels: { app: 'web' } },
      spec: {
        nodeName: `node${i}`,
        containers: [
          {
            name: 'main',
            image: 'nginx',
            ports: [
              { containerPort: 80, hostPort: 8080 },
              { containerPort: 53, protocol: 'UDP', hostPort: 53, hostIP: `192.168.1.${i}0` },
            ],
          },
        ],
      },
    })),
    service('plain', { type: 'NodePort', ports: [...PORTS, ...(sctp ? ASSOCIATIONS : [])] }),
    service('sticky', { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 600 } }, ports: [{ port: 80 }] }),
    service('local', { type: 'NodePort', externalTrafficPolicy: 'Local', ports: [{ port: 80, nodePort: 30081 }] }),
    service('inner', { internalTrafficPolicy: 'Local', ports: [{ port: 80 }] }),
    service('outer', { externalIPs: both('192.168.1.200', 'fd00:192:168:1::200'), ports: [{ port: 81, targetPort: 80 }] }),
    service('nobody', { selector: { app: 'none' }, ports: [{ port: 80 }] }),
    {
      ...service('public', {
        type: 'LoadBalancer',
        externalTrafficPolicy: 'Local',
        healthCheckNodePort: 30999,
        loadBalancerSourceRanges: both('10.0.0.0/8', '203.0.113.0/24', '2001:db8::/64'),
        ports: [{ port: 82, targetPort: 80, nodePort: 30082 }],
      }),
      status: { loadBalancer: { ingress: both('198.51.100.7', '2001:db8:100::7').map((ip) => ({ ip })) } },
    },
  ];
}

interface Case {
  readonly name: string;
  readonly dual: boolean;
  readonly kubeProxy: object;
  readonly more?: object;
}

const CASES: readonly Case[] = [
  { name: 'iptables', dual: true, kubeProxy: { mode: 'iptables' } },
  { name: 'nftables', dual: true, kubeProxy: { mode: 'nftables' } },
  { name: 'ipvs', dual: true, kubeProxy: { mode: 'ipvs' } },
  {
    name: 'ipvs-settings',
    dual: true,
    kubeProxy: { mode: 'ipvs', config: { ipvs: { scheduler: 'mh', udpTimeout: '30s' }, iptables: { masqueradeAll: true } } },
  },
  { name: 'userspace', dual: false, kubeProxy: { mode: 'userspace' }, more: { kubernetesVersion: '1.25' } },
];

function simulate({ dual, kubeProxy, more = {}, name }: Case): Simulation {
  const simulation = createSimulation(readClusterSpec({ nodes: nodes(dual), ...(dual ? DUAL : {}), kubeProxy, ...more }));
  simulation.applyObjects(objects(dual, name !== 'userspace'), 'test');
  return simulation;
}

/** The tables alone: nothing of them asks whether a device or an address is there. */
function tablesOf({ iptables, ip6tables, nft, ipset, ipvs }: NetnsPlan): NetnsPlan {
  return { links: [], routes: [], rules: [], neigh: [], fdb: [], sysctl: {}, iptables, ip6tables, nft, ipset, ipvs };
}

describe('tables of a node, as the tools print them:', () => {
  for (const each of CASES) {
    it(`mode ${each.name}`, () => {
      const simulation = simulate(each);
      const netns = tablesOf(simulation.plan([]).netns[NODE] as NetnsPlan);
      const fields = (Object.keys(FORMATS) as Field[]).filter((field) => netns[field] !== undefined && netns[field] !== '');
      if (ASK_LINUX) {
        const { saved } = execute(
          { netns: { [NODE]: netns }, listeners: [], probes: [] },
          { save: true, kernel: readLabKernel(process.env['HOPSPEC_KERNEL']) },
        );
        mkdirSync(FOLDER, { recursive: true });
        for (const field of fields) writeFileSync(fileOf(each, field), comparable(field, saved?.[NODE]?.[field] ?? ''));
      }
      for (const field of fields) {
        assert.ok(existsSync(fileOf(each, field)), `Linux has been asked for ${field}`);
        assert.equal(comparable(field, simulation.render(NODE, FORMATS[field])), readFileSync(fileOf(each, field), 'utf8'), field);
      }
    });
  }
});

function fileOf({ name }: Case, field: Field): string {
  return `${FOLDER}/${name}.${FORMATS[field]}.txt`;
}

function comparable(field: Field, text: string): string {
  const lines = text.split('\n').filter((line) => !line.startsWith('#') && line.trim() !== '');
  if (field === 'nft') return linesOf(withoutIptables(lines).map((line) => line.replaceAll(/addr (!= )?\{ (\S+) \}/g, 'addr $1$2')));
  if (field === 'ipset') return linesOf(lines.map((line) => line.replaceAll(/ (?:initval|bucketsize) \S+/g, '')).sort());
  if (field === 'ipvs') return linesOf(lines.sort());
  return linesOf(lines.map((line) => line.replace(/\[\d+:\d+\]$/, '[0:0]')));
}

/** `nft list ruleset` prints iptables' tables too, for its rules are nftables' (iptables-nft). */
function withoutIptables(lines: readonly string[]): readonly string[] {
  let isOurs = true;
  return lines.filter((line) => {
    if (line.startsWith('table ')) isOurs = !/^table ip6? (raw|mangle|nat|filter|security) /.test(line);
    return isOurs;
  });
}

function linesOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
