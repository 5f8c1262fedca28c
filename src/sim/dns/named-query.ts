/** Traffic to a name: who sends looks it up, and calls the first address. */
import { inputError } from '../../base/errors.js';
import type { TraceQuery } from '../contract.js';
import { parseEndpoint } from '../endpoint.js';
import { servicePortAt } from '../lookup.js';
import type { Simulation } from '../simulation.js';
import { oneFamily } from './look-up.js';
import { resolveName } from './resolve-name.js';

export function namedQuery(simulation: Simulation, query: TraceQuery): TraceQuery {
  const endpoint = query.to.startsWith('dns/') ? parseEndpoint(query.to) : undefined;
  if (endpoint?.kind !== 'dns') return query;
  const { answer, result } = resolveName(simulation, { from: query.from, name: endpoint.name, types: ['A', 'AAAA'] });
  const found = answer.filter(({ type }) => type === 'A' || type === 'AAAA').map(({ data }) => data);
  const [address] = oneFamily(simulation, query.from, found);
  if (address === undefined) {
    throw inputError('unknown-name', `${query.from} finds no address of "${endpoint.name}" (${result === 'NOERROR' ? 'NODATA' : result})`);
  }
  const port = endpoint.port ?? query.port ?? servicePortAt(simulation.view(), address);
  const host = address.includes(':') ? `[${address}]` : address;
  return { ...query, to: `ip/${host}${port === undefined ? '' : `:${port}`}` };
}
