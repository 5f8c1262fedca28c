/** `is encapsulated in VXLAN between node1 and node2`, `is not encapsulated`: the tunnels that the connection's packets go through. */
import type { EncapsulationStep } from '../../trace/trace.js';
import type { EncapsulatedQualifier } from '../traffic-claim.js';
import { routeReason } from './deciding.js';
import type { Finding, Sight } from './finding.js';

export function judgeEncapsulation(qualifier: EncapsulatedQualifier, sight: Sight): Finding | undefined {
  const steps = sight.outcome.encapsulations;
  const match = steps.find((step) => fits(step, qualifier));
  if ((match !== undefined) !== qualifier.negated) return undefined;
  const kind = qualifier.encapsulation === undefined ? 'encapsulated' : `encapsulated in ${qualifier.encapsulation}`;
  const ends = qualifier.between === undefined ? '' : ` between ${qualifier.between.join(' and ')}`;
  const first = match ?? steps[0];
  return {
    expected: `the packet is ${qualifier.negated ? 'not ' : ''}${kind}${ends}`,
    happened: first === undefined ? 'it is not encapsulated anywhere' : `it is encapsulated in ${first.kind} ${endsText(first)}`,
    stopAt: first === undefined ? undefined : (line) => line.hops.some((hop) => hop.stage === 'encapsulate'),
    reason: routeReason(sight, first?.from),
    nearest:
      first === undefined
        ? 'is not encapsulated'
        : `is encapsulated in ${first.kind}${isSameInAll(first, sight) ? betweenText(first) : ''}`,
  };
}

/** The two ends may be named in either order: the reply goes the other way through the same tunnel. */
function fits(step: EncapsulationStep, qualifier: EncapsulatedQualifier): boolean {
  if (qualifier.encapsulation !== undefined && step.kind !== qualifier.encapsulation) return false;
  if (qualifier.between === undefined) return true;
  const [a, b] = qualifier.between;
  return (step.from === a && step.to === b) || (step.from === b && step.to === a);
}

function endsText(step: EncapsulationStep): string {
  const vni = step.vni === null ? '' : `, VNI ${step.vni}`;
  const outer = `${step.outer.src} to ${step.outer.dst}${vni}`;
  return step.to === null ? `on ${step.from} (${outer}), and nobody takes it out` : `between ${step.from} and ${step.to} (${outer})`;
}

function isSameInAll(step: EncapsulationStep, { trace }: Sight): boolean {
  return trace.outcomes.every(({ encapsulations: [first] }) => first?.from === step.from && first.to === step.to);
}

function betweenText(step: EncapsulationStep): string {
  return step.to === null ? '' : ` between ${step.from} and ${step.to}`;
}
