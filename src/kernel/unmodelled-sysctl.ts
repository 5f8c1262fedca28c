/** Sysctls that would change what becomes of packets in a way that this kernel has not: refused by name, where they are set so. */
import { unsupported } from '../base/errors.js';

/** The lab's listeners hold so many half-open connections. */
const BACKLOG = 128;

interface Unmodelled {
  readonly keys: RegExp;
  readonly code: string;
  readonly isRefused: (value: number) => boolean;
  readonly what: string;
}

const UNMODELLED: readonly Unmodelled[] = [
  {
    keys: /^net\.ipv[46]\.conf\..+\.ignore_routes_with_linkdown$/,
    code: 'linkdown-routes',
    isRefused: (value) => value !== 0,
    what: 'passing over routes of devices without carrier',
  },
  {
    keys: /^net\.ipv4\.tcp_syncookies$/,
    code: 'syn-cookies',
    isRefused: (value) => value === 2,
    what: 'a server that answers every SYN by a cookie',
  },
  {
    keys: /^net\.(?:core\.somaxconn|ipv4\.tcp_max_syn_backlog)$/,
    code: 'backlog',
    isRefused: (value) => value < BACKLOG,
    what: 'a listener whose backlog is full',
  },
];

/** Throws UnsupportedError for the first of them. */
export function refuseUnmodelledSysctls(netns: string, values: Readonly<Record<string, string>>): void {
  for (const [key, text] of Object.entries(values)) {
    const found = UNMODELLED.find(({ keys, isRefused }) => keys.test(key) && isRefused(Number(text)));
    if (found !== undefined) throw unsupported(found.code, `${netns}: ${key} ${text.trim()}: ${found.what} is not modelled`);
  }
}
