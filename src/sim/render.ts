/** A node's configuration in the tools' own words. */
import { InvariantError, inputError, unsupported } from '../base/errors.js';
import { nearest } from '../base/nearest.js';
import { NETNS } from '../node/agent.js';
import { renderIp } from '../node/render/ip-text.js';
import { renderIptablesSave } from '../node/render/iptables-text.js';
import { readIpset } from '../plan/ipset/read-ipset.js';
import { writeIpset } from '../plan/ipset/write-ipset.js';
import { readIpvs } from '../plan/ipvs/read-ipvs.js';
import { writeIpvs } from '../plan/ipvs/write-ipvs.js';
import { rulesetOf } from '../plan/nft/tables-of.js';
import { writeNft } from '../plan/nft/write-ruleset.js';
import { textOf, writePlan } from '../plan/plan-json.js';
import type { ClusterPlan } from './cluster-plan.js';
import type { RenderFormat } from './contract.js';

export function renderNode(plan: ClusterPlan, node: string, format: RenderFormat): string {
  const names = plan.view.list('Node').map((one) => one.metadata.name);
  if (!names.includes(node)) {
    const near = nearest(node, names);
    throw inputError('unknown-node', `there is no node "${node}"`, {
      fix: near ? `did you mean "${near}"?` : `nodes: ${names.join(', ')}`,
    });
  }
  const netns = NETNS.node(node);
  const rendered = plan.netns(netns);
  if (rendered === undefined) throw new InvariantError(`node ${node} has no plan`);
  switch (format) {
    case 'iptables-save':
      return renderIptablesSave(rendered.iptables);
    case 'ip6tables-save':
      return renderIptablesSave(rendered.ip6tables, true);
    case 'ip':
      return renderIp(rendered);
    case 'plan':
      return `${JSON.stringify(writePlan({ netns: { [netns]: rendered }, listeners: plan.listeners(netns), probes: [] }), undefined, 2)}\n`;
    case 'ipset':
      return rendered.ipset === undefined ? nobodyWrites(format) : writeIpset(readIpset(textOf(rendered.ipset), `${node} ipset`));
    case 'ipvsadm':
      return rendered.ipvs === undefined ? nobodyWrites(format) : writeIpvs(readIpvs(textOf(rendered.ipvs), `${node} ipvs`));
    case 'nft':
      return rendered.nft === undefined ? nobodyWrites(format) : writeNft(rulesetOf(rendered.nft, `${node} nft`));
  }
}

function nobodyWrites(format: RenderFormat): never {
  throw unsupported(`render-${format}`, `no modelled agent writes what ${format} shows`, { fix: 'use iptables-save, ip or plan' });
}
