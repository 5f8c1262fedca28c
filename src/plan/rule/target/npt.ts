/** -j SNPT and DNPT of ip6tables: one prefix for another, without a connection (extensions/libip6t_SNPT.c, libip6t_DNPT.c; RFC 6296). */
import type { Cidr } from '../../../base/cidr.js';
import { type TargetModule, targetModule } from '../module.js';
import { refuse, type RuleReader, takeValue } from '../rule-reader.js';
import { cidrIn } from '../value/address.js';

interface Draft {
  from: Cidr | undefined;
  to: Cidr | undefined;
}

const LENGTH_MAX = 64;

function prefix(reader: RuleReader): Cidr {
  const cidr = cidrIn(reader, takeValue(reader));
  if (typeof cidr.ip === 'number') refuse(reader, 'bad-address', `\`${reader.option}\` takes a prefix of IPv6`);
  if (cidr.length > LENGTH_MAX) refuse(reader, 'bad-mask', `the prefix must not be longer than ${LENGTH_MAX}`);
  return cidr;
}

function npt(name: 'SNPT' | 'DNPT', side: 'source' | 'destination'): TargetModule {
  return targetModule<Draft>({
    name,
    begin: () => ({ from: undefined, to: undefined }),
    options: {
      '--src-pfx': (reader, draft) => {
        draft.from = prefix(reader);
      },
      '--dst-pfx': (reader, draft) => {
        draft.to = prefix(reader);
      },
    },
    finish: (reader, { from, to }) => {
      if (from === undefined || to === undefined) return refuse(reader, 'missing-option', `\`-j ${name}\` needs --src-pfx and --dst-pfx`);
      return { kind: 'npt', side, from, to };
    },
  });
}

export const snpt: TargetModule = npt('SNPT', 'source');
export const dnpt: TargetModule = npt('DNPT', 'destination');
