/** For tests that need the lab: why it cannot run here, by name, or false. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { HopspecError } from '../../base/errors.js';
import { readPlan } from '../../plan/plan-json.js';
import { execute } from '../execute.js';

/** What every cluster's plan asks of a machine. */
const DEMANDS = {
  netns: {
    n: {
      sysctl: { 'net.bridge.bridge-nf-call-iptables': '1' },
      links: [
        { name: 'br0', kind: 'bridge' },
        { name: 'vxlan0', kind: 'vxlan', args: 'id 1 dstport 8472 local 10.0.0.1' },
      ],
      fdb: ['00:00:00:00:00:01 dev vxlan0 dst 10.0.0.2'],
      iptables: '*nat\n-A POSTROUTING -m mark --mark 0x1/0x1 -j MASQUERADE --random-fully\nCOMMIT\n',
    },
  },
};

export function labSkip(trace = false): string | false {
  try {
    execute(readPlan(DEMANDS, 'demands'), { trace });
    return false;
  } catch (error) {
    if (error instanceof HopspecError) return `needs the lab: ${error.message.split('\n')[0]}`;
    throw error;
  }
}

it('the lab says whether it can run here', () => assert.ok(['string', 'boolean'].includes(typeof labSkip())));
