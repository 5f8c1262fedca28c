/**
 * Ranges are cut to what can differ. Where exchanging two pods changes nothing but names, what the first of them reaches the second reaches too: one sender
 * of each kind is walked, and from it one receiver of each kind. Whom the sentence itself names, by name or address, is of a kind of its own.
 */
import type { PlacePhrase, Qualifier, TrafficClaim } from '../traffic-claim.js';
import type { ClaimWorld, Subject, Target } from '../world.js';

type Likeness = (endpoint: string) => string;

export interface CutRange {
  readonly subjects: readonly Subject[];
  /** Those of a subject's targets that are walked. */
  choose(subject: Subject, targets: readonly Target[]): readonly Target[];
  /** Whether anything was left out so far. */
  isCut(): boolean;
}

type Ends = Pick<TrafficClaim, 'subject' | 'object' | 'route' | 'qualifiers'>;

export function cutRange(claim: Ends, subjects: readonly Subject[], world: ClaimWorld): CutRange {
  const likeness = isRange(claim) && !namesChain(claim.qualifiers) ? world.likeness?.(namedIn(claim, world)) : undefined;
  if (likeness === undefined) return { subjects, choose: (_, targets) => targets, isCut: () => false };
  const senders = firstOfEach(subjects, ({ from }) => likeness(from));
  let isCut = senders.length < subjects.length;
  return {
    subjects: senders,
    choose: (subject, targets) => {
      const chosen = oneReceiverOfEach(subject, targets, likeness);
      isCut ||= chosen.length < targets.length;
      return chosen;
    },
    isCut: () => isCut,
  };
}

/** Whether a step about the last claim could hold for one pod and not for another that is like it. */
export function tellsApart(qualifiers: readonly Qualifier[]): boolean {
  return namesChain(qualifiers) || placesOf(qualifiers).length > 0;
}

/** Chains have names of their own for each endpoint. */
function namesChain(qualifiers: readonly Qualifier[]): boolean {
  return qualifiers.some((qualifier) => 'chain' in qualifier && qualifier.chain !== undefined);
}

function isRange({ subject, object }: Ends): boolean {
  return [subject, object].some(({ kind }) => kind === 'every-pod' || kind === 'pod-of');
}

/** The addresses and endpoints that the words themselves tell from others. */
function namedIn({ object, route, qualifiers }: Ends, world: ClaimWorld): readonly string[] {
  const address = route?.address === undefined ? [] : [route.address];
  return [...address, ...[object, ...placesOf(qualifiers)].flatMap((place) => namesOf(place, world))];
}

function placesOf(qualifiers: readonly Qualifier[]): readonly PlacePhrase[] {
  return qualifiers.flatMap((qualifier) => {
    const place = 'to' in qualifier ? qualifier.to : 'address' in qualifier ? qualifier.address : undefined;
    return place === undefined || place === 'own' ? [] : [place];
  });
}

function namesOf(place: PlacePhrase, world: ClaimWorld): readonly string[] {
  if (place.kind === 'socket') return [place.ip];
  if (place.kind === 'address') return [place.address];
  return place.kind === 'pod' ? world.subjects(place).map(({ from }) => from) : [];
}

/** A pod that calls itself is like no other. */
function oneReceiverOfEach(subject: Subject, targets: readonly Target[], likeness: Likeness): readonly Target[] {
  const own = subject.from.replace(/#.*$/, '');
  const isOwn = ({ to }: Target): boolean => to.startsWith(own) && /^(?:$|[#:])/.test(to.slice(own.length));
  return firstOfEach(targets, (target) => {
    if (isOwn(target)) return `itself ${target.to}`;
    // Behind a hostPort one pod answers.
    const server = target.servers?.length === 1 ? likeness(target.servers[0] as string) : '';
    return `${target.protocol} ${likeness(target.to)} ${server}`;
  });
}

function firstOfEach<T>(all: readonly T[], kindOf: (one: T) => string): readonly T[] {
  const seen = new Set<string>();
  return all.filter((one) => {
    const kind = kindOf(one);
    return seen.has(kind) ? false : seen.add(kind);
  });
}
