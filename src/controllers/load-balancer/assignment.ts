/** What a provider of balancers is asked for, and what it answers: the addresses of a Service. */
import type { IpFamily } from '../../base/ip-family.js';
import type { Service } from '../../api/types/core.js';

export interface Asked {
  readonly service: Service;
  /** What the Service has already. */
  readonly held: readonly string[];
  /** Addresses that other Services have, and which. */
  readonly owners: ReadonlyMap<string, string>;
}

export interface Assignment {
  /** None where it failed. */
  readonly addresses: readonly string[];
  /** Events about the Service. */
  readonly said: readonly Said[];
}

export interface Said {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

export function familiesOf({ spec }: Service): readonly IpFamily[] {
  return spec.ipFamilies ?? ['IPv4'];
}

/** The field that was there before annotations. */
export function loadBalancerIP({ spec }: Service): string | undefined {
  const text = (spec as Service['spec'] & { readonly loadBalancerIP?: string }).loadBalancerIP;
  return text === '' ? undefined : text;
}
