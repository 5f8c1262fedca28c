/**
 * Which address families a Service gets (Kubernetes v1.34 `pkg/registry/core/service/storage/alloc.go`, initIPFamilyFields): from its
 * policy, the families and addresses asked for, and what the cluster has. Left out: keeping a PreferDualStack Service as it is when the
 * cluster itself changes between single and dual stack, since a simulated cluster does not.
 */
import { parseIp } from '../../base/ip.js';
import { familyOf, type IpFamily } from '../../base/ip-family.js';
import { invalidValue } from '../field-error.js';
import type { Cause } from '../refusal.js';
import type { ServiceSpec } from '../types/core.js';
import { isHeadless } from './service-needs.js';

type Policy = NonNullable<ServiceSpec['ipFamilyPolicy']>;

export interface Families {
  readonly policy: Policy;
  readonly families: readonly IpFamily[];
  readonly clusterIps: readonly string[];
}

/** `configured` are the cluster's families, its default first. */
export function chooseFamilies(
  spec: ServiceSpec,
  before: ServiceSpec | undefined,
  configured: readonly IpFamily[],
): Families | readonly Cause[] {
  const selectorless = isHeadless(spec) && Object.keys(spec.selector ?? {}).length === 0;
  const policy = spec.ipFamilyPolicy ?? before?.ipFamilyPolicy ?? (selectorless ? 'RequireDualStack' : 'SingleStack');
  const asked = shrink(spec, before, policy);
  const inferred = inferFamilies(asked, configured);
  const causes = [...releaseCauses(policy, asked, before), ...policyCauses(policy, asked), ...inferred.causes];
  if (causes.length > 0) return causes;
  const families = inferred.families.length > 0 ? inferred.families : configured.slice(0, 1);
  if (selectorless) return { policy, families: policy === 'SingleStack' ? families : withOther(families), clusterIps: asked.clusterIps };
  const missing = missingFamilies(policy, families, configured);
  if (missing.length > 0) return missing;
  const both = policy !== 'SingleStack' && configured.length === 2;
  return { policy, families: both ? withOther(families) : families, clusterIps: asked.clusterIps };
}

interface Asked {
  readonly families: readonly IpFamily[];
  readonly clusterIps: readonly string[];
}

/** Turning a dual-stack Service into a single-stack one by its policy alone drops the second address. */
function shrink(spec: ServiceSpec, before: ServiceSpec | undefined, policy: Policy): Asked {
  const clusterIps = spec.clusterIPs ?? (spec.clusterIP ? [spec.clusterIP] : []);
  const families = spec.ipFamilies ?? [];
  if (before === undefined || policy !== 'SingleStack') return { families, clusterIps };
  const same = (a: readonly string[] | undefined, b: readonly string[]): boolean => a !== undefined && a.join() === b.join();
  return {
    families: same(before.ipFamilies, families) ? families.slice(0, 1) : families,
    clusterIps: same(before.clusterIPs, clusterIps) ? clusterIps.slice(0, 1) : clusterIps,
  };
}

/** What a dual-stack Service may give up only by its policy. */
function releaseCauses(policy: Policy, asked: Asked, before: ServiceSpec | undefined): Cause[] {
  if (before === undefined || policy === 'SingleStack') return [];
  const isLess = (now: readonly string[], was: readonly string[] | undefined): boolean => now.length > 0 && now.length < (was?.length ?? 0);
  const need = "must be 'SingleStack' to release the secondary";
  const causes: Cause[] = [];
  if (isLess(asked.clusterIps, before.clusterIPs)) causes.push(invalidValue('spec.ipFamilyPolicy', policy, `${need} cluster IP`));
  if (isLess(asked.families, before.ipFamilies)) causes.push(invalidValue('spec.ipFamilyPolicy', policy, `${need} IP family`));
  return causes;
}

function policyCauses(policy: Policy, asked: Asked): Cause[] {
  if (policy !== 'SingleStack') return [];
  const need = "must be 'RequireDualStack' or 'PreferDualStack' when multiple";
  const causes: Cause[] = [];
  if (asked.clusterIps.length === 2) causes.push(invalidValue('spec.ipFamilyPolicy', policy, `${need} cluster IPs are specified`));
  if (asked.families.length === 2) causes.push(invalidValue('spec.ipFamilyPolicy', policy, `${need} IP families are specified`));
  return causes;
}

interface Inferred {
  readonly families: readonly IpFamily[];
  readonly causes: readonly Cause[];
}

/** The families asked for, those of the addresses asked for added. */
function inferFamilies(asked: Asked, configured: readonly IpFamily[]): Inferred {
  const families = [...asked.families];
  const causes: Cause[] = [];
  for (const [i, text] of asked.clusterIps.entries()) {
    const ip = parseIp(text);
    if (ip === undefined || i < families.length) continue;
    const family = familyOf(ip);
    if (configured.includes(family)) families.push(family);
    else causes.push(invalidValue(`spec.clusterIPs[${i}]`, asked.clusterIps, `${family} is not configured on this cluster`));
  }
  return { families, causes };
}

function missingFamilies(policy: Policy, families: readonly IpFamily[], configured: readonly IpFamily[]): Cause[] {
  const causes: Cause[] = [];
  if (policy === 'RequireDualStack' && configured.length < 2) {
    causes.push(invalidValue('spec.ipFamilyPolicy', policy, 'this cluster is not configured for dual-stack services'));
  }
  for (const [i, family] of families.entries()) {
    if (!configured.includes(family)) causes.push(invalidValue(`spec.ipFamilies[${i}]`, family, 'not configured on this cluster'));
  }
  return causes;
}

function withOther(families: readonly IpFamily[]): readonly IpFamily[] {
  return families.length === 1 ? [families[0] as IpFamily, families[0] === 'IPv4' ? 'IPv6' : 'IPv4'] : families;
}
