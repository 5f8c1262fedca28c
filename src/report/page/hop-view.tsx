/** One hop: the packet before and after, and the chains that were consulted, with the rules that matched. */
import type { RecordedChain, RecordedHop } from '../../trace/recorded-trace.js';
import type { RuleText } from '../../trace/trace.js';

interface HopViewProps {
  readonly hop: RecordedHop;
  readonly chains: readonly RecordedChain[];
}

export function HopView({ hop, chains }: HopViewProps) {
  const { node, netns, device, stage, packet, after, change, verdict, mark, state, rules } = hop;
  const isChanged = after !== null && after !== packet;
  return (
    <section class="hop" aria-label="Hop">
      <h3>
        {stage}
        {device === null ? '' : ` ${device}`}
        <small>
          {netns}
          {netns === node ? '' : ` on ${node}`}
        </small>
      </h3>
      <p class="verdict">
        {verdict}
        {change !== null && <span class="badge k-nat">{change}</span>}
      </p>
      <table class="packet">
        <tbody>
          <tr>
            <th scope="row">{isChanged ? 'before' : 'packet'}</th>
            <td>
              <code>{isChanged ? marked(packet, after) : packet}</code>
            </td>
          </tr>
          {isChanged && (
            <tr>
              <th scope="row">after</th>
              <td>
                <code>{marked(after, packet)}</code>
              </td>
            </tr>
          )}
          {state !== null && (
            <tr>
              <th scope="row">connection</th>
              <td>{state}</td>
            </tr>
          )}
          {mark !== null && mark !== 0 && (
            <tr>
              <th scope="row">mark after</th>
              <td>
                <code>0x{mark.toString(16)}</code>
              </td>
            </tr>
          )}
        </tbody>
      </table>
      {rules.length > 0 && <Rules rules={rules} chains={chains.filter((chain) => chain.netns === netns)} />}
    </section>
  );
}

/** The words that differ from those of the other text stand out. */
function marked(text: string, other: string) {
  const words = new Set(other.split(' '));
  return text.split(' ').map((word, i) => [i > 0 ? ' ' : '', words.has(word) ? word : <mark key={i}>{word}</mark>]);
}

function Rules({ rules, chains }: { readonly rules: readonly RuleText[]; readonly chains: readonly RecordedChain[] }) {
  const groups: RuleText[][] = [];
  for (const rule of rules) {
    const last = groups.at(-1);
    if (last?.[0]?.table === rule.table && last[0].chain === rule.chain) last.push(rule);
    else groups.push([rule]);
  }
  return (
    <>
      <h4>Rules that matched, in order</h4>
      <ol class="chains">
        {groups.map((group, i) => (
          <Chain key={i} hits={group} chain={chains.find(({ table, chain }) => table === group[0]?.table && chain === group[0]?.chain)} />
        ))}
      </ol>
    </>
  );
}

function Chain({ hits, chain }: { readonly hits: readonly RuleText[]; readonly chain: RecordedChain | undefined }) {
  const [first] = hits;
  const matched = new Set(hits.map(({ index }) => index));
  const rows = chain?.rules.map((text, i) => ({ index: chain.first + i, text })) ?? hits.map(({ index, text }) => ({ index, text }));
  const rest = chain === undefined ? 0 : chain.length - chain.first - chain.rules.length + 1;
  return (
    <li>
      <p>
        <b>{first?.chain}</b> <small>table {first?.table}</small>
      </p>
      <ol class="rules">
        {chain !== undefined && chain.first > 1 && <li class="more">{chain.first - 1} before</li>}
        {rows.map(({ index, text }) => (
          <li
            key={index}
            class={matched.has(index) ? 'is-matched' : ''}
            aria-label={matched.has(index) ? `rule ${index}, matched` : undefined}
          >
            <span class="index">{index === 0 ? 'policy' : index}</span>
            <code>{text}</code>
          </li>
        ))}
        {matched.has(0) && chain !== undefined && (
          <li class="is-matched">
            <span class="index">policy</span>
            <code>{hits.find(({ index }) => index === 0)?.text}</code>
          </li>
        )}
        {rest > 0 && <li class="more">{rest} more</li>}
      </ol>
    </li>
  );
}
