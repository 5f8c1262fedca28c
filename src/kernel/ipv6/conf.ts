/**
 * Sysctls of net.ipv6.conf (Documentation/networking/ip-sysctl.rst). A device begins with the namespace's `default`, but for `lo`, which is
 * there before anybody can write it; writing `all` of `forwarding` or `disable_ipv6` writes `default` too, so that the later of both counts. Duplicate address detection is always over.
 */
import type { Device, Namespace } from '../namespace.js';
import { sysctlValue } from '../sysctl.js';

/** Keys whose `all` is written through to every device. */
const SPREAD: readonly string[] = ['forwarding', 'disable_ipv6'];
const DEFAULTS: Readonly<Record<string, number>> = { hop_limit: 64, accept_redirects: 1 };

/** What a device has of `key`. */
export function deviceConf6(device: Device, key: string): number {
  const { ns, name } = device;
  const own = plain(ns, name.replaceAll('.', '/'), key) ?? plain(ns, name, key);
  return own ?? inherited(ns, key, device.kind === 'lo');
}

/** `all`, which for some keys is looked at beside the device's own. */
export function allConf6(ns: Namespace, key: string): number {
  return plain(ns, 'all', key) ?? 0;
}

function inherited(ns: Namespace, key: string, lo: boolean): number {
  let value = DEFAULTS[key] ?? 0;
  const spread = SPREAD.includes(key) ? [`net.ipv6.conf.all.${key}`] : [];
  const sources = lo ? spread : [...spread, `net.ipv6.conf.default.${key}`];
  for (const written of Object.keys(ns.sysctls.values)) if (sources.includes(written)) value = sysctlValue(ns.sysctls, written);
  return value;
}

function plain(ns: Namespace, device: string, key: string): number | undefined {
  const name = `net.ipv6.conf.${device}.${key}`;
  return ns.sysctls.values[name] === undefined ? undefined : sysctlValue(ns.sysctls, name);
}
