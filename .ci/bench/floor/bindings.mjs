/** The bindings of the built package, which register with empty.mjs in Cucumber's place. */
import { register } from 'node:module';

const empty = JSON.stringify(new URL('empty.mjs', import.meta.url).href);
const hook = `export const resolve = (name, context, next) =>
  name === '@cucumber/cucumber' && context.parentURL.includes('/dist/steps/') ? { url: ${empty}, shortCircuit: true } : next(name, context);`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
await import('../../../dist/steps/index.js');
