/**
 * Annotations by which a Service asks a cloud's balancer to tell its targets who has called, in a PROXY header (haproxy.org, proxy-protocol.txt): each cloud
 * has its own, with a value that says yes.
 */
const ANNOTATION = /proxy-?protocol/i;
const NO = ['', 'false', 'none', 'disabled', 'off', 'no'];

export function isProxyHeaderAnnotation(key: string): boolean {
  return ANNOTATION.test(key);
}

export function asksForProxyHeader(annotations: Readonly<Record<string, string>>): boolean {
  return Object.entries(annotations).some(([key, value]) => ANNOTATION.test(key) && !NO.includes(value.trim().toLowerCase()));
}
