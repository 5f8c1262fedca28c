/**
 * -j TPROXY, TEE and NFQUEUE: hand the packet to a socket of this host, copy it to another host, or to a program (extensions/libxt_TPROXY.c,
 * libxt_TEE.c, libxt_NFQUEUE.c).
 */
import type { Ip } from '../../../base/ip.js';
import { type TargetModule, targetModule } from '../module.js';
import { refuse, takeValue } from '../rule-reader.js';
import { ipIn } from '../value/address.js';
import { type MarkValue, takeMark } from '../value/mark.js';
import { takeName } from '../value/name.js';
import { type RangeForm, numberIn, rangeIn, takeNumber, U16 } from '../value/number.js';
import { portIn } from '../value/port.js';
import type { Range } from '../range.js';

export const tproxy: TargetModule = targetModule<{ port: number | undefined; ip: Ip | undefined; mark: MarkValue }>({
  name: 'TPROXY',
  begin: () => ({ port: undefined, ip: undefined, mark: { value: 0, mask: 0 } }),
  options: {
    '--on-port': (reader, draft) => {
      draft.port = portIn(reader, takeValue(reader));
    },
    '--on-ip': (reader, draft) => {
      draft.ip = ipIn(reader, takeValue(reader));
    },
    '--tproxy-mark': (reader, draft) => {
      draft.mark = takeMark(reader);
    },
  },
  finish: (reader, { port, ip, mark }) => {
    if (port === undefined) return refuse(reader, 'missing-option', '`-j TPROXY` needs --on-port');
    return { kind: 'tproxy', port, ip: ip === 0 || ip === 0n ? undefined : ip, ...mark };
  },
});

export const tee: TargetModule = targetModule<{ gateway: Ip | undefined; device: string | undefined }>({
  name: 'TEE',
  begin: () => ({ gateway: undefined, device: undefined }),
  options: {
    '--gateway': (reader, draft) => {
      draft.gateway = ipIn(reader, takeValue(reader));
    },
    '--oif': (reader, draft) => {
      draft.device = takeName(reader, 15);
    },
  },
  finish: (reader, { gateway, device }) => {
    if (gateway === undefined) return refuse(reader, 'missing-option', '`-j TEE` needs --gateway');
    return { kind: 'tee', gateway, device };
  },
});

interface QueueDraft {
  queues: Range | undefined;
  balance: boolean;
  bypass: boolean;
  fanout: boolean;
}

const QUEUES: RangeForm = { separator: ':', limits: U16, read: (reader, part) => numberIn(reader, part, U16) };

export const nfqueue: TargetModule = targetModule<QueueDraft>({
  name: 'NFQUEUE',
  begin: () => ({ queues: undefined, balance: false, bypass: false, fanout: false }),
  options: {
    '--queue-num': (reader, draft) => {
      const queue = takeNumber(reader, U16);
      draft.queues = { from: queue, to: queue };
    },
    '--queue-balance': (reader, draft) => {
      if (draft.queues !== undefined) refuse(reader, 'repeated-option', '--queue-num and --queue-balance exclude each other');
      const queues = rangeIn(reader, takeValue(reader), QUEUES);
      if (queues.from === queues.to) refuse(reader, 'bad-range', '`--queue-balance` takes two queues, such as 0:3');
      draft.queues = queues;
    },
    '--queue-bypass': (_reader, draft) => {
      draft.bypass = true;
    },
    '--queue-cpu-fanout': (_reader, draft) => {
      draft.fanout = true;
    },
  },
  finish: (reader, { queues = { from: 0, to: 0 }, bypass, fanout }) => {
    if (fanout && queues.from === queues.to) refuse(reader, 'missing-option', '--queue-cpu-fanout needs --queue-balance');
    return { kind: 'nfqueue', queues, bypass, fanout };
  },
});
