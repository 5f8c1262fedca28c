/**
 * Programs that take a connection and make another on its behalf. Each has a listener in the plan, whose id says what it is; whom it calls in its turn is found here.
 * What it carries to and fro does not change, so that two connections one after the other are all there is to it.
 */
import type { ClusterPlan } from '../cluster-plan.js';
import type { Connection } from '../simulation.js';
import { BALANCER, onwardOfBalancer } from './balancer-relay.js';
import { KUBE_PROXY, onwardOfProxy } from './kube-proxy-relay.js';

export interface Onward {
  /** Where the program runs. */
  readonly netns: string;
  /** Whom it may call first, each as likely as another. */
  readonly choices: readonly Connection[];
  /** How many of them it calls, one after another, until one takes the connection. */
  readonly attempts: number;
  /** TCP, of which the client learns when it is closed. */
  readonly stream: boolean;
  /** It begins by saying who called it (PROXY protocol). */
  readonly proxyHeader: boolean;
  /** Why there is nobody to call. */
  readonly nobody: string;
}

/** By the id of its listener. */
export function isRelay(listener: string): boolean {
  return listener.includes(KUBE_PROXY) || listener.includes(BALANCER);
}

/** Undefined for a listener that answers itself. */
export function onwardOf(plan: ClusterPlan, listener: string): Onward | undefined {
  const mark = [KUBE_PROXY, BALANCER].find((one) => listener.includes(one));
  if (mark === undefined) return undefined;
  const [owner = '', socket = ''] = listener.split(mark);
  return mark === BALANCER ? onwardOfBalancer(plan, owner, socket) : onwardOfProxy(plan, owner, socket);
}
