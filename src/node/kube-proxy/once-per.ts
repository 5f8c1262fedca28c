/** Keeps what is the same for all nodes of equal settings, for as long as the Services it was made of are known. */
import type { ServiceModel } from './service-model.js';

/** `key` tells settings apart; what `make` returns is kept for it. */
export function oncePerSettings<T>(): (model: ServiceModel, key: string, make: () => T) => T {
  const kept = new WeakMap<ServiceModel, Map<string, T>>();
  return (model, key, make) => {
    let bySettings = kept.get(model);
    if (bySettings === undefined) {
      bySettings = new Map();
      kept.set(model, bySettings);
    }
    const known = bySettings.get(key);
    if (known !== undefined) return known;
    const made = make();
    bySettings.set(key, made);
    return made;
  };
}
