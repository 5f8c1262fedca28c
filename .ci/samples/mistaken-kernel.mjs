// With `node --import`: the simulated kernel with a mistake, REJECT that does nothing. What holds it to Linux has to notice.
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const FILE = '/src/kernel/netfilter/target/compile-target.ts';
const RIGHT = 'return reject(target.with);';

if (isMainThread) register(import.meta.url);

export async function load(url, context, next) {
  const loaded = await next(url, context);
  if (!url.split('?')[0].endsWith(FILE)) return loaded;
  const text = String(loaded.source);
  if (!text.includes(RIGHT)) throw new Error(`no longer in ${FILE}: ${RIGHT}`);
  return { ...loaded, source: text.replace(RIGHT, 'return goOn;') };
}
