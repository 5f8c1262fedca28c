/** What came of a connection, in short. */
import type { ComponentChildren } from 'preact';
import type { RecordedOutcome, RecordedTrace } from '../../trace/recorded-trace.js';
import type { AddressPair, Behind, Cause } from '../../trace/trace.js';
import { flowText } from './flow-text.js';

interface FactsProps {
  readonly trace: RecordedTrace;
  readonly outcome: RecordedOutcome;
  readonly isShown: boolean;
}

export function Facts({ trace, outcome, isShown }: FactsProps) {
  const { verdict, server, clientSees, serverSees, nat, encapsulations, cause, pathMtu } = outcome;
  return (
    <>
      <p class={`fate ${verdict === 'delivered' ? 'is-delivered' : 'is-lost'}`}>
        {flowText(trace)}: <b>{verdict === 'delivered' && server !== null ? `delivered to ${server}` : verdict}</b>
        {isShown && <em> This outcome shows that the sentence does not hold.</em>}
      </p>
      <dl class="facts">
        <Fact name="client sees">{pairText(clientSees)}</Fact>
        {serverSees !== null && <Fact name="server sees">{pairText(serverSees)}</Fact>}
        {nat.length > 0 && (
          <Fact name="translated">
            {nat.map((one, i) => (
              <div key={i}>
                <span class="badge k-nat">{one.kind}</span> {`${one.from} → ${one.to} `}
                <small>{`${one.node}, ${one.hook}`}</small>
              </div>
            ))}
          </Fact>
        )}
        {encapsulations.length > 0 && (
          <Fact name="tunnels">
            {encapsulations.map((one, i) => (
              <div key={i}>
                <span class="badge k-tunnel">{one.kind}</span> {`${one.from} → ${one.to ?? '?'} `}
                <small>{`${pairText(one.outer)}${one.vni === null ? '' : `, VNI ${one.vni}`}`}</small>
              </div>
            ))}
          </Fact>
        )}
        {pathMtu !== null && <Fact name="path MTU">{pathMtu}</Fact>}
        {cause !== null && <CauseFact cause={cause} />}
      </dl>
    </>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function CauseFact({ cause }: { readonly cause: Cause }) {
  return (
    <Fact name="stopped by">
      <span class="badge k-drop">{cause.reason}</span> {causePlace(cause)}
      <code class="rule">{cause.text}</code>
      {cause.behind !== null && <div>because of {behindText(cause.behind)}</div>}
    </Fact>
  );
}

function pairText({ src, dst }: AddressPair): string {
  return `${src} → ${dst}`;
}

function causePlace({ netns, hook, table, chain, rule }: Cause): string {
  const where = chain === null ? (hook ?? '') : `${table ?? ''} ${chain} ${rule === null ? 'policy' : `rule ${rule}`}`;
  return `${netns}${where === '' ? '' : `, ${where}`}`;
}

function behindText({ kind, namespace, name, detail }: Behind): string {
  return `${kind} ${namespace === null ? '' : `${namespace}/`}${name}${detail === '' ? '' : `: ${detail}`}`;
}
