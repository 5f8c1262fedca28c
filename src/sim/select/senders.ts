/** Which pods, nodes and clients a noun phrase means, as endpoint texts. */
import { inputError, unsupported } from '../../base/errors.js';
import type { Pod } from '../../api/types/core.js';
import { addressesOfHost, type FabricHost } from '../../fabric/fabric-spec.js';
import { findObject, podsOf } from '../lookup.js';
import type { SelectContext, Sender, SenderSelection } from './selection.js';

export function selectSenders(context: SelectContext, selection: SenderSelection): readonly Sender[] {
  const { view, namespace } = context;
  switch (selection.kind) {
    case 'pod': {
      const pod = findObject(view, 'Pod', selection.name, namespace);
      return [podSender(pod, selection.container, selection.name.name)];
    }
    case 'pod-of': {
      const { kind, name } = selection.owner;
      const pods = podsOf(view, { kind, namespace: name.namespace ?? namespace, name: name.name });
      if (pods.length > 0) return pods.map((pod) => podSender(pod, undefined, undefined));
      if (kind === 'Deployment' || kind === 'ReplicaSet') findObject(view, kind, name, namespace);
      else throw unsupported('unsupported-kind', `${kind} is not modelled, and no pod says that it is owned by ${kind} ${name.name}`);
      throw inputError('no-pods', `${kind} ${name.name} has no pods`);
    }
    case 'every-pod': {
      const pods = view.list('Pod', selection.namespace).filter((pod) => hasLabels(pod, selection.labels));
      if (pods.length === 0)
        throw inputError('no-pods', 'no pod is meant by this', { fix: 'name a namespace or labels that some pod has' });
      return pods.map((pod) => podSender(pod, undefined, undefined));
    }
    case 'node': {
      const node = findObject(view, 'Node', { namespace: undefined, name: selection.name }, namespace);
      return [{ from: `node/${node.metadata.name}`, label: node.metadata.name, node: node.metadata.name }];
    }
    case 'client':
      return [{ from: `external/${findExternal(context, selection.name).name}`, label: `client ${selection.name}`, node: undefined }];
  }
}

function hasLabels(pod: Pod, labels: Readonly<Record<string, string>> | undefined): boolean {
  return Object.entries(labels ?? {}).every(([key, value]) => pod.metadata.labels?.[key] === value);
}

function podSender(pod: Pod, container: string | undefined, word: string | undefined): Sender {
  const { namespace, name } = pod.metadata;
  if (container !== undefined) requireContainer(pod, container);
  const label = word ?? (namespace === 'default' ? name : `${namespace}/${name}`);
  return {
    from: `pod/${namespace}/${name}${container === undefined ? '' : `#${container}`}`,
    label: container === undefined ? `pod ${label}` : `container ${container} of pod ${label}`,
    node: pod.spec.nodeName,
  };
}

function requireContainer(pod: Pod, container: string): void {
  const names = pod.spec.containers.map((one) => one.name);
  if (names.includes(container)) return;
  throw inputError('unknown-container', `pod ${pod.metadata.name} has no container "${container}"`, {
    fix: `its containers are: ${names.join(', ')}`,
  });
}

export function findExternal(context: SelectContext, name: string): FabricHost {
  const found = context.externals.find((external) => external.name === name || addressesOfHost(external).includes(name));
  if (found) return found;
  throw inputError('unknown-client', `there is no external client "${name}"`, {
    fix: `add it: \`Given an external client ${name} at 203.0.113.9\``,
  });
}
