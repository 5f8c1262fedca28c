/** The words that a step's text is cut into. Sentences about traffic stay whole: `src/claim` reads them, with better errors. */
import { defineParameterType } from '@cucumber/cucumber';
import type { ObjectWording } from '../src/index.js';
import { toLabels } from './pod-options.js';

/** A Kubernetes name, qualified or not, bare or in quotes: `web`, `shop/web`, `"web"`. */
defineParameterType({ name: 'name', regexp: /[^\s,"]+|"[^\s"]+"/, transformer: bare, useForSnippets: false });

/** Who sends, in a sentence about traffic. */
defineParameterType({ name: 'subject', regexp: /.+/, transformer: (text: string) => text, useForSnippets: false });

/** Who is called, by which route, and what else must be true. */
defineParameterType({ name: 'target', regexp: /.+/, transformer: (text: string) => text, useForSnippets: false });

/** `10.244.1.0`, `10.244.2.3:8080`, or whose address is meant: `node1`, `pod B`. */
defineParameterType({
  name: 'address',
  regexp: /(?:pod |client |Service )?(?:[^\s"]+|"[^\s"]+")/,
  transformer: (text: string) => text,
  useForSnippets: false,
});

/** One that was opened before: the last, or somebody's last. */
defineParameterType({
  name: 'connection',
  regexp: /that connection|the connection of [^"]+?/,
  transformer: (text: string) => text,
  useForSnippets: false,
});

/** Where somebody captures: `node1`, `pod A`, `client laptop`. */
defineParameterType({ name: 'place', regexp: /(?:pod |client )?(?:[^\s,"]+|"[^\s"]+")/, transformer: bare, useForSnippets: false });

defineParameterType({ name: 'protocol', regexp: /TCP|UDP|SCTP/, transformer: (text: string) => text, useForSnippets: false });

/** kube-proxy's `mode`. */
defineParameterType({
  name: 'proxyMode',
  regexp: /iptables|ipvs|nftables|userspace|none/,
  transformer: (text: string) => text,
  useForSnippets: false,
});

/** `40 seconds`, `5 minutes`: in seconds. */
defineParameterType({
  name: 'duration',
  regexp: /(\d+) (second|minute|hour)s?/,
  transformer: (count: string, unit: string) => Number(count) * ({ second: 1, minute: 60, hour: 3600 }[unit] ?? 1),
  useForSnippets: false,
});

/** `Deployment web`, `StatefulSet shop/db`. */
defineParameterType({
  name: 'workload',
  regexp: /(Deployment|StatefulSet|DaemonSet|ReplicaSet|ReplicationController|Job|CronJob) ([^\s,"]+|"[^\s"]+")/,
  transformer: toObject,
  useForSnippets: false,
});

/** Any object: `pod A`, `Service nginx`, `node node2`, `Deployment web`. */
defineParameterType({
  name: 'resource',
  regexp: /([Pp]od|[Nn]ode|[Nn]amespace|[A-Z][A-Za-z]+) ([^\s,"]+|"[^\s"]+")/,
  transformer: toObject,
  useForSnippets: false,
});

/** `app=web,tier=front`. */
defineParameterType({
  name: 'labels',
  regexp: /[^\s=,"]+=[^\s=,"]*(?:,[^\s=,"]+=[^\s=,"]*)*/,
  transformer: toLabels,
  useForSnippets: false,
});

/** `pod nginx-a and pod nginx-b`. */
defineParameterType({
  name: 'pods',
  regexp: /pod (?:[^\s,"]+|"[^\s"]+")(?:(?:, and |, | and )pod (?:[^\s,"]+|"[^\s"]+"))*/,
  transformer: (text: string) => [...text.matchAll(/pod "?([^\s,"]+)/g)].map((match) => match[1] ?? ''),
  useForSnippets: false,
});

/** What follows `Given pod A`: read by pod-options.ts, whose errors point at the word. A sentence about traffic is none of it. */
defineParameterType({
  name: 'podOptions',
  regexp: /(?: (?:on|with|listening|using)\b(?!.* (?:can|cannot) )[^:]*)?/,
  transformer: (text: string) => text,
  useForSnippets: false,
});

/** Of a request of HTTP, or of its answer. */
defineParameterType({ name: 'httpSide', regexp: /request|response/, transformer: (text: string) => text, useForSnippets: false });

function bare(text: string): string {
  return text.replaceAll('"', '');
}

function toObject(kind: string, written: string): ObjectWording {
  const name = bare(written);
  const [namespace, rest] = name.includes('/') ? name.split('/', 2) : [undefined, name];
  return { kind: kind.charAt(0).toUpperCase() + kind.slice(1), namespace, name: rest ?? '' };
}
