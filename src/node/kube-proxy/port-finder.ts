/** Ports by a name made of theirs, which models share while their ports are called the same: endpoints that come and go cost it nothing. */
import type { ServiceModel } from './service-model.js';
import type { ProxyPort } from './service-port.js';

/** `nameOf` may read the port's Service, its name and its protocol, and nothing else. Of several with one name the last is found. */
export function portFinder(nameOf: (port: ProxyPort) => string): (model: ServiceModel, name: string) => ProxyPort | undefined {
  const indexes = new WeakMap<object, ReadonlyMap<string, number>>();
  return ({ list, naming }, name) => {
    let index = indexes.get(naming);
    if (index === undefined) indexes.set(naming, (index = new Map(list.all.map((port, i) => [nameOf(port), i]))));
    const at = index.get(name);
    return at === undefined ? undefined : list.at(at);
  };
}
