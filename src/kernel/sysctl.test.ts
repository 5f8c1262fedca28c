import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deviceForwards, deviceMax, deviceOr, sysctlValue } from './sysctl.js';

describe('a sysctl', () => {
  const cases: readonly [string, Record<string, string>, string, number][] = [
    ['has the kernel’s default', {}, 'net.ipv4.ip_default_ttl', 64],
    ['is what the plan says', { 'net.ipv4.ip_default_ttl': '9' }, 'net.ipv4.ip_default_ttl', 9],
    ['may be padded', { 'net.ipv4.ip_default_ttl': ' 9\n' }, 'net.ipv4.ip_default_ttl', 9],
    ['that is unknown is 0', {}, 'net.ipv4.no_such_thing', 0],
    ['of a device is its own', { 'net.ipv4.conf.eth0.rp_filter': '1' }, 'net.ipv4.conf.eth0.rp_filter', 1],
    ['of a device is the default of its namespace', { 'net.ipv4.conf.default.rp_filter': '2' }, 'net.ipv4.conf.eth0.rp_filter', 2],
    ['of a dotted device has a slash for its dot', { 'net.ipv4.conf.eth0/7.rp_filter': '1' }, 'net.ipv4.conf.eth0/7.rp_filter', 1],
    ['that asks bridges to call iptables is on', {}, 'net.bridge.bridge-nf-call-iptables', 1],
    ['lets redirects be sent', {}, 'net.ipv4.conf.eth0.send_redirects', 1],
  ];
  for (const [name, values, key, expected] of cases) {
    it(name, () => {
      assert.equal(sysctlValue({ values }, key), expected);
    });
  }
});

describe('settings of a device', () => {
  it('take the greater of all and the device', () => {
    assert.equal(
      deviceMax({ values: { 'net.ipv4.conf.all.rp_filter': '1', 'net.ipv4.conf.eth0.rp_filter': '2' } }, 'eth0', 'rp_filter'),
      2,
    );
    assert.equal(
      deviceMax({ values: { 'net.ipv4.conf.all.rp_filter': '1', 'net.ipv4.conf.eth0.rp_filter': '0' } }, 'eth0', 'rp_filter'),
      1,
    );
  });
  it('are on when either is', () => {
    assert.equal(deviceOr({ values: { 'net.ipv4.conf.all.route_localnet': '1' } }, 'eth0', 'route_localnet'), true);
    assert.equal(deviceOr({ values: { 'net.ipv4.conf.eth0.route_localnet': '1' } }, 'eth0', 'route_localnet'), true);
    assert.equal(deviceOr({ values: { 'net.ipv4.conf.eth1.route_localnet': '1' } }, 'eth0', 'route_localnet'), false);
  });
  it('forward as ip_forward says, unless the device says otherwise', () => {
    assert.equal(deviceForwards({ values: {} }, 'eth0'), false);
    assert.equal(deviceForwards({ values: { 'net.ipv4.ip_forward': '1' } }, 'eth0'), true);
    assert.equal(deviceForwards({ values: { 'net.ipv4.ip_forward': '1', 'net.ipv4.conf.eth0.forwarding': '0' } }, 'eth0'), false);
  });
});
