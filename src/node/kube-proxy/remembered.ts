/** What dispatches to Services, kept while endpoints come and go: the very same objects, which a kernel has compiled already. */
import type { ServiceModel } from './service-model.js';

/** Nodes that differ in more ways than this are not remembered together. */
const SETTINGS_MAX = 16;

/** `settings` tells apart what else `make` reads of a node. Of the ports it may read what same-dispatch.ts compares, and nothing else. */
export function rememberedWhile<T>(): (model: ServiceModel, settings: string, make: () => T) => T {
  const kept = new WeakMap<object, Map<string, T>>();
  return ({ dispatch }, settings, make) => {
    let bySettings = kept.get(dispatch);
    if (bySettings === undefined) kept.set(dispatch, (bySettings = new Map()));
    const known = bySettings.get(settings);
    if (known !== undefined) return known;
    const made = make();
    if (bySettings.size >= SETTINGS_MAX) bySettings.clear();
    bySettings.set(settings, made);
    return made;
  };
}
