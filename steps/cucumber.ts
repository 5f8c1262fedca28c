/** For a project that runs cucumber-js itself: `export default withHopspec({ format: ['progress'] })` in its cucumber.mjs. */

/** Absolute path of the bindings; Cucumber's `import` setting takes files, never package names. */
export const steps: string = decodeURIComponent(new URL('./index.js', import.meta.url).pathname);

export function withHopspec<T extends { readonly import?: readonly string[] }>(configuration: T): T & { readonly import: string[] } {
  return { ...configuration, import: [steps, ...(configuration.import ?? [])] };
}
