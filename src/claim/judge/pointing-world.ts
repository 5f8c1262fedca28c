/**
 * The same world, whose errors about a name point at it: a pod, Service or client that does not exist is a fault of the sentence, and gets its
 * caret there. Errors that know a place already keep it.
 */
import { HopspecError, InputError, type Problem, UnsupportedError } from '../../base/errors.js';
import type { ObjectPhrase, RoutePhrase, Span } from '../phrase.js';
import type { ClaimWorld } from '../world.js';

/** `phrases` are offsets into `sentence`. */
export function pointingWorld(world: ClaimWorld, sentence: string): ClaimWorld {
  return {
    ...(world.why === undefined ? {} : { why: (place, rule) => world.why?.(place, rule) }),
    ...(world.likeness === undefined ? {} : { likeness: (apart) => world.likeness?.(apart) ?? String }),
    ...(world.moment === undefined ? {} : { moment: () => world.moment?.() }),
    namespace: world.namespace,
    subjects: (phrase) => pointing(sentence, spanOf(phrase), () => world.subjects(phrase)),
    targets: (phrase, route, subject) =>
      pointing(
        sentence,
        (code) => targetSpan(code, phrase, route),
        () => world.targets(phrase, route, subject),
      ),
    trace: (subject, target) => world.trace(subject, target),
    addresses: (phrase) => pointing(sentence, spanOf(phrase), () => world.addresses(phrase)),
    owner: (address) => world.owner(address),
    nodes: () => world.nodes(),
    replay: (subject, target) => world.replay(subject, target),
  };
}

function spanOf(phrase: ObjectPhrase): Span {
  if (phrase.kind === 'pod' || phrase.kind === 'service') return phrase.name.span;
  return phrase.kind === 'pod-of' ? phrase.owner.name.span : phrase.span;
}

/** A name that is not known is the object's, unless the route names a node; what else is wrong is wrong with the route. */
function targetSpan(code: string, phrase: ObjectPhrase, route: RoutePhrase | undefined): Span {
  if (route === undefined) return spanOf(phrase);
  const ofObject = code === 'unknown-node' ? route.node === undefined : /^(unknown|ambiguous|no-pods|pod-)/.test(code);
  return ofObject ? spanOf(phrase) : route.span;
}

function pointing<T>(sentence: string, span: Span | ((code: string) => Span), ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    if (!(error instanceof HopspecError)) throw error;
    const problems = error.problems.map((problem) => pointed(problem, sentence, typeof span === 'function' ? span(problem.code) : span));
    if (error instanceof UnsupportedError) throw new UnsupportedError(problems);
    if (error instanceof InputError) throw new InputError(problems);
    throw error;
  }
}

function pointed(problem: Problem, sentence: string, span: Span): Problem {
  if (problem.position !== undefined) return problem;
  const position = { file: 'step', line: 1, column: span.start + 1, text: sentence, width: span.end - span.start };
  return { ...problem, position };
}
