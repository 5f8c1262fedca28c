import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError, UnsupportedError } from '../../base/errors.js';
import { testCluster } from '../testing/cluster.js';
import { kubeProxySettings } from './config.js';

const settings = (config: Readonly<Record<string, unknown>>, mode = 'iptables') =>
  kubeProxySettings({ ...testCluster(), kubeProxy: { mode, config } });

test("the defaults are kubeadm's", () => {
  assert.deepEqual(settings({}), {
    mode: 'iptables',
    clusterCIDRs: ['10.244.0.0/16'],
    detectLocalMode: 'ClusterCIDR',
    bridgeInterface: '',
    interfaceNamePrefix: '',
    masqueradeAll: false,
    masqueradeBit: 14,
    localhostNodePorts: true,
    nodePortAddresses: [],
    ipvsScheduler: 'rr',
    ipvsTimeouts: {},
    strictARP: false,
    tcpEstablishedTimeout: 86400,
    tcpCloseWaitTimeout: 3600,
    tcpBeLiberal: false,
    udpTimeout: undefined,
    udpStreamTimeout: undefined,
    portRange: { first: 32768, last: 60999 },
  });
});

test('portRange is read by mode userspace alone, as a range, a port, or a port and how many more', () => {
  const range = (portRange: string, mode = 'userspace') => settings({ portRange }, mode).portRange;
  assert.deepEqual(range('40000-41000'), { first: 40000, last: 41000 });
  assert.deepEqual(range('40000'), { first: 40000, last: 40000 });
  assert.deepEqual(range('40000+10'), { first: 40000, last: 40010 });
  assert.deepEqual(range('0-0'), { first: 32768, last: 60999 });
  assert.deepEqual(range('none', 'iptables'), { first: 32768, last: 60999 });
});

test('dotted names, nested objects and text from a table mean the same', () => {
  const nested = settings({ iptables: { masqueradeAll: true, masqueradeBit: 12 }, conntrack: { tcpCloseWaitTimeout: '1h0m0s' } });
  const dotted = settings({ 'iptables.masqueradeAll': 'true', 'iptables.masqueradeBit': '12', 'conntrack.tcpCloseWaitTimeout': '3600s' });
  assert.deepEqual(nested, dotted);
  assert.equal(nested.tcpCloseWaitTimeout, 3600);
});

test('an empty clusterCIDR takes the detector away', () => assert.deepEqual(settings({ clusterCIDR: '' }).clusterCIDRs, []));

test('nodePortAddresses without loopback turn localhost NodePorts off', () => {
  assert.equal(settings({ nodePortAddresses: ['192.168.0.0/16'] }).localhostNodePorts, false);
  assert.equal(settings({ nodePortAddresses: ['192.168.0.0/16', '127.0.0.0/8'] }).localhostNodePorts, true);
  assert.equal(settings({ nodePortAddresses: '0.0.0.0/0' }).localhostNodePorts, true);
});

test('mode nftables has settings of its own, serves NodePorts on the primary address, and never on loopback', () => {
  const { masqueradeAll, masqueradeBit, nodePortAddresses, localhostNodePorts } = settings(
    { 'iptables.masqueradeAll': true, nftables: { masqueradeBit: 12 } },
    'nftables',
  );
  assert.deepEqual([masqueradeAll, masqueradeBit, nodePortAddresses, localhostNodePorts], [false, 12, ['primary'], false]);
});

const REFUSED: readonly [
  name: string,
  config: Readonly<Record<string, unknown>>,
  mode: string,
  kind: typeof InputError | typeof UnsupportedError,
  text: RegExp,
][] = [
  ['a misspelt field', { clusterCIRD: '10.0.0.0/8' }, 'iptables', InputError, /unknown field "clusterCIRD"[^]*did you mean clusterCIDR/],
  [
    'a misspelt nested field',
    { iptables: { masqueradAll: true } },
    'iptables',
    InputError,
    /iptables\.masqueradAll[^]*did you mean iptables\.masqueradeAll/,
  ],
  ['a wrong type', { iptables: { masqueradeAll: 'yes' } }, 'iptables', InputError, /"yes" is not allowed[^]*type boolean/],
  [
    'an unknown detectLocalMode',
    { detectLocalMode: 'PodCIDR' },
    'iptables',
    InputError,
    /"PodCIDR" is not allowed[^]*ClusterCIDR, NodeCIDR/,
  ],
  ['a clusterCIDR that is none', { clusterCIDR: '10.0.0.0' }, 'iptables', InputError, /not a CIDR block/],
  ['a mark bit out of range', { iptables: { masqueradeBit: 32 } }, 'iptables', InputError, /\[0, 31\]/],
  ['mode kernelspace', {}, 'kernelspace', UnsupportedError, /mode "kernelspace" is not modelled/],
  ['a port range that ends before it begins', { portRange: '41000-40000' }, 'userspace', InputError, /"41000-40000" is not a port range/],
  ['a proxy in user space on one address', { bindAddress: '192.168.1.10' }, 'userspace', UnsupportedError, /bindAddress/],
  ['a scheduler that nobody has', { ipvs: { scheduler: 'fair' } }, 'ipvs', InputError, /"fair" is not allowed/],
  ['an unknown mode', {}, 'iptable', InputError, /did you mean iptables/],
  [
    'a primary NodePort address beside others',
    { nodePortAddresses: ['primary', '10.0.0.0/8'] },
    'iptables',
    InputError,
    /must stand alone/,
  ],
  ['feature gates', { featureGates: { X: true } }, 'iptables', UnsupportedError, /feature gates/],
];

for (const [name, config, mode, kind, text] of REFUSED) {
  test(`${name} is refused by name`, () =>
    assert.throws(
      () => settings(config, mode),
      (error) => error instanceof kind && text.test(error.message),
    ));
}

test('all wrong fields are reported together', () => {
  assert.throws(
    () => settings({ a: 1, b: 2 }),
    (error) => error instanceof InputError && error.problems.length === 2,
  );
});
