/** Annotations of this project: how a spec or a fault tells the simulated machines what a real process or machine would do by itself. */
export const ANNOTATIONS = {
  /** On a Pod: the sockets its processes listen on, `tcp:8080,udp:53`, instead of the declared ports; empty for none. */
  listen: 'hopspec.dev/listen',
  /** On a Pod: the C library whose resolver its programs use, `glibc` or `musl`; unless given what the image's name suggests. */
  resolver: 'hopspec.dev/resolver',
  /** On a Pod: `false` makes its readiness fail whatever the probes say. */
  ready: 'hopspec.dev/ready',
  /** On a Node: RFC 3339 time since when the machine is dead. Absent: it lives. */
  nodeDownSince: 'hopspec.dev/node-down-since',
} as const;
