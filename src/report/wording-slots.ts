/** A cucumber expression as a row of slots, one for each word: literal words with their forms, or a pattern for a parameter. */
export interface Slot {
  /** The forms of a literal word; undefined for a parameter. */
  readonly words: readonly string[] | undefined;
  readonly accepts: RegExp;
  /** A parameter that may go on over the next words. */
  readonly takesMore: boolean;
}

const cache = new Map<string, readonly Slot[]>();

export function slotsOf(expression: string): readonly Slot[] {
  let slots = cache.get(expression);
  if (slots === undefined) {
    slots = expression
      .replace('{podOptions}', ' on {name}')
      .replace(/\(\w+ \)/g, '')
      .split(' ')
      .flatMap(slotsOfWord);
    cache.set(expression, slots);
  }
  return slots;
}

const NAME = parameter(/^[^\s,"]+$/);
const KIND = /^([Pp]od|[Nn]ode|[A-Z][a-z]+[A-Za-z]*)$/;
const WORKLOAD = /^(Deployment|StatefulSet|DaemonSet|ReplicaSet|ReplicationController|Job|CronJob)$/;

const PARAMETERS: Readonly<Record<string, readonly Slot[]>> = {
  name: [NAME],
  int: [parameter(/^\d+$/)],
  string: [parameter(/^"/)],
  word: [NAME],
  place: [parameter(/^[^\s"]+$/, true)],
  httpSide: [parameter(/^(request|response)$/)],
  protocol: [parameter(/^(TCP|UDP|SCTP)$/)],
  proxyMode: [parameter(/^(iptables|ipvs|nftables|userspace|none)$/)],
  labels: [parameter(/=/)],
  address: [parameter(/./, true)],
  subject: [parameter(/^(pod|a|every|no|node\w*|client|container)$/i, true)],
  target: [parameter(/./, true)],
  workload: [parameter(WORKLOAD), NAME],
  resource: [parameter(KIND), NAME],
  pods: [parameter(/^pod$/, true)],
  duration: [parameter(/^\d+$/), literal(['seconds', 'second', 'minutes', 'minute', 'hours', 'hour'])],
};

function slotsOfWord(word: string): readonly Slot[] {
  const name = /^\{(\w+)\}/.exec(word)?.[1];
  const slots = name === undefined ? undefined : PARAMETERS[name];
  return slots ?? [literal(forms(word))];
}

/** `node(s)` is node and nodes; `is/are` is either. */
function forms(word: string): string[] {
  if (/^[a-z]+\/[a-z]+$/.test(word)) return word.split('/');
  return word.includes('(') ? [word.replace(/\(\w+\)/, ''), word.replace(/[()]/g, '')] : [word];
}

function literal(words: readonly string[]): Slot {
  return { words, accepts: /^$/, takesMore: false };
}

function parameter(accepts: RegExp, takesMore = false): Slot {
  return { words: undefined, accepts, takesMore };
}
