import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultCluster } from '../manifest/cluster/defaults.js';
import { createSimulation } from './simulation.js';

const POD = (name: string, more = ''): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec: {nodeName: node2, ${more} containers: [{name: c, image: c}]}\n`;

/** Whether node2 has a bridge after pods have come and gone. */
function bridgeAfter(pod: string, between: (simulation: ReturnType<typeof createSimulation>) => void = () => undefined): boolean {
  const simulation = createSimulation(defaultCluster(2));
  simulation.applyText(pod, 'test.yaml');
  simulation.settle();
  simulation.delete([{ kind: 'Pod', namespace: 'default', name: 'a' }]);
  simulation.advance(31_000_000);
  between(simulation);
  return (
    simulation
      .clusterPlan()
      .netns('node2')
      ?.links.some(({ name }) => name === 'cni0') === true
  );
}

test('the bridge of a node stays when its last pod has gone, though nobody looked while it ran', () => {
  assert.equal(bridgeAfter(POD('a')), true);
});

test("a pod in the node's own network has none made", () => {
  assert.equal(bridgeAfter(POD('a', 'hostNetwork: true,')), false);
});

test('a machine that is another has none', () => {
  const replaced = bridgeAfter(POD('a'), (simulation) => {
    const node = simulation.view().get('Node', undefined, 'node2');
    simulation.delete([{ kind: 'Node', namespace: undefined, name: 'node2' }]);
    simulation.settle();
    simulation.applyObjects(
      [{ apiVersion: 'v1', kind: 'Node', metadata: { name: 'node2' }, spec: node?.spec, status: node?.status }],
      'test.yaml',
    );
    simulation.settle();
  });
  assert.equal(replaced, false);
});
