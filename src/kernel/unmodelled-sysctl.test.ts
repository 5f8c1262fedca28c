import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refuseUnmodelledSysctls } from './unmodelled-sysctl.js';

describe('a sysctl that this kernel has not', () => {
  const cases: readonly [string, string, RegExp | undefined][] = [
    ['net.ipv4.conf.all.ignore_routes_with_linkdown', '0', undefined],
    [
      'net.ipv4.conf.all.ignore_routes_with_linkdown',
      '1',
      /^n: .*ignore_routes_with_linkdown 1: passing over routes of devices without carrier is not/,
    ],
    ['net.ipv6.conf.eth0.ignore_routes_with_linkdown', '1', /without carrier/],
    ['net.ipv4.tcp_syncookies', '1', undefined],
    ['net.ipv4.tcp_syncookies', '2', /by a cookie/],
    ['net.core.somaxconn', '4096', undefined],
    ['net.core.somaxconn', '8', /backlog is full/],
    ['net.ipv4.tcp_max_syn_backlog', '64', /backlog is full/],
  ];
  for (const [key, value, message] of cases) {
    it(`${key} ${value} is ${message === undefined ? 'taken' : 'refused by name'}`, () => {
      const ask = (): void => refuseUnmodelledSysctls('n', { [key]: value });
      if (message === undefined) ask();
      else assert.throws(ask, (error: Error) => message.test(error.message));
    });
  }
});
