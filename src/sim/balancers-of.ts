/** The load balancers of a cluster, as what lies between its nodes knows them: one for each address. */
import type { StoreView } from '../api/view.js';
import type { FabricBalancer } from '../fabric/fabric-spec.js';

export function balancersOf(view: StoreView): readonly FabricBalancer[] {
  return view
    .list('LoadBalancer')
    .flatMap(({ spec, status }) => spec.addresses.map((address) => ({ ...spec, address, nodes: status.nodes })));
}
