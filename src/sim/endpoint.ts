/**
 * Endpoints in text, the `E` of the command line: `pod/[NS/]NAME[#CONTAINER]`, `node/NAME`, `external/NAME-or-IP`,
 * `ip/ADDRESS`, `svc/[NS/]NAME`, `nodeport/NODE:PORT`, `lb/[NS/]NAME`, `dns/NAME`; a `:PORT` suffix sets the port.
 */
import { inputError } from '../base/errors.js';
import { parseIp } from '../base/ip.js';
import { nearest } from '../base/nearest.js';

export type EndpointText =
  | {
      readonly kind: 'pod';
      readonly namespace: string;
      readonly name: string;
      readonly container: string | undefined;
      readonly port: number | undefined;
    }
  | { readonly kind: 'svc' | 'lb'; readonly namespace: string; readonly name: string; readonly port: number | undefined }
  | { readonly kind: 'node' | 'external' | 'ip' | 'nodeport' | 'dns'; readonly name: string; readonly port: number | undefined };

const KINDS = ['pod', 'node', 'external', 'ip', 'svc', 'nodeport', 'lb', 'dns'] as const;
const FORMS =
  'pod/[NS/]NAME[#CONTAINER], node/NAME, external/NAME-or-IP, ip/ADDRESS, svc/[NS/]NAME, nodeport/NODE:PORT, lb/[NS/]NAME, dns/NAME, each with an optional :PORT';

export function parseEndpoint(text: string, defaultNamespace = 'default'): EndpointText {
  const slash = text.indexOf('/');
  const kind = KINDS.find((known) => known === text.slice(0, slash));
  if (slash < 0 || kind === undefined) throw badEndpoint(text, slash < 0 ? 'has no kind' : `has an unknown kind "${text.slice(0, slash)}"`);
  if (slash === text.length - 1) throw badEndpoint(text, 'has no name');
  const { rest, port } = splitPort(text, text.slice(slash + 1));
  if (kind === 'pod' || kind === 'svc' || kind === 'lb') {
    const hash = kind === 'pod' ? rest.indexOf('#') : -1;
    const container = hash < 0 ? undefined : rest.slice(hash + 1);
    const parts = (hash < 0 ? rest : rest.slice(0, hash)).split('/');
    if (parts.length > 2 || parts.includes('')) throw badEndpoint(text, 'has a malformed name');
    const name = parts.at(-1) as string;
    const namespace = parts.length === 2 ? (parts[0] as string) : defaultNamespace;
    return kind === 'pod' ? { kind, namespace, name, container, port } : { kind, namespace, name, port };
  }
  if (kind === 'nodeport' && port === undefined) throw badEndpoint(text, 'needs a port');
  if (kind === 'ip' && parseIp(rest) === undefined) throw badEndpoint(text, `"${rest}" is not an IP address`);
  return { kind, name: rest, port };
}

/** Splits a trailing `:PORT`; an IPv6 address with a port stands in brackets. */
function splitPort(whole: string, text: string): { rest: string; port: number | undefined } {
  if (parseIp(text) !== undefined) return { rest: text, port: undefined };
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(text);
  if (match === null) throw badEndpoint(whole, 'has a malformed port');
  const port = match[3] === undefined ? undefined : Number(match[3]);
  if (port !== undefined && (port < 1 || port > 65535)) throw badEndpoint(whole, `port ${port} is not between 1 and 65535`);
  return { rest: (match[1] ?? match[2]) as string, port };
}

function badEndpoint(text: string, what: string): Error {
  const near = nearest(text.split('/')[0] ?? '', KINDS);
  return inputError('bad-endpoint', `endpoint "${text}" ${what}`, {
    fix: `${near ? `did you mean ${near}/…? ` : ''}endpoints are written ${FORMS}`,
  });
}
