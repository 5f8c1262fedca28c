/**
 * What an extension of iptables is here: the option words it brings, what they make of a draft, and how iptables-save prints the
 * result. Each `-m` or `-j` has a draft of its own, as each has a structure of its own in iptables (libxtables/xtoptions.c).
 */
import type { Match, Target } from './rule.js';
import type { RuleReader } from './rule-reader.js';

type ReadOption<Draft> = (reader: RuleReader, draft: Draft, not: boolean) => void;

interface ExtensionSpec<Draft> {
  /** The word after -m or -j. */
  readonly name: string;
  readonly begin: () => Draft;
  readonly options?: Readonly<Record<string, ReadOption<Draft>>>;
  /** Options that `!` may stand before. */
  readonly negatable?: Readonly<Record<string, ReadOption<Draft>>>;
  /** Options that iptables knows and hopspec does not model. */
  readonly unmodelled?: readonly string[];
}

interface MatchSpec<Draft> extends ExtensionSpec<Draft> {
  /** The rule must say `-p` one of these. */
  readonly protocols?: readonly number[];
  readonly finish: (reader: RuleReader, draft: Draft) => readonly Match[];
  /** The options as iptables-save prints them, without `-m NAME`. */
  readonly format: (matches: readonly Match[]) => string;
}

interface TargetSpec<Draft> extends ExtensionSpec<Draft> {
  readonly finish: (reader: RuleReader, draft: Draft) => Target;
}

export interface Option {
  readonly read: ReadOption<unknown>;
  readonly negatable: boolean;
}

export interface Extension {
  readonly name: string;
  readonly begin: () => unknown;
  readonly options: ReadonlyMap<string, Option>;
  readonly unmodelled: readonly string[];
}

export interface MatchModule extends Extension {
  readonly protocols: readonly number[] | undefined;
  readonly finish: (reader: RuleReader, draft: unknown) => readonly Match[];
  readonly format: (matches: readonly Match[]) => string;
}

export interface TargetModule extends Extension {
  readonly finish: (reader: RuleReader, draft: unknown) => Target;
}

export function matchModule<Draft>(spec: MatchSpec<Draft>): MatchModule {
  return { ...extension(spec), protocols: spec.protocols, finish: spec.finish as MatchModule['finish'], format: spec.format };
}

export function targetModule<Draft>(spec: TargetSpec<Draft>): TargetModule {
  return { ...extension(spec), finish: spec.finish as TargetModule['finish'] };
}

/** The only place where a draft loses its type: it is handed to nobody but the extension that began it. */
function extension<Draft>(spec: ExtensionSpec<Draft>): Extension {
  const options = new Map<string, Option>();
  for (const [word, read] of Object.entries(spec.options ?? {})) options.set(word, { read: read as ReadOption<unknown>, negatable: false });
  for (const [word, read] of Object.entries(spec.negatable ?? {})) options.set(word, { read: read as ReadOption<unknown>, negatable: true });
  return { name: spec.name, begin: spec.begin, options, unmodelled: spec.unmodelled ?? [] };
}

/** A match whose options each add matches of their own; the draft is their list. */
export function listingModule(spec: Omit<MatchSpec<Match[]>, 'begin' | 'finish'> & { readonly needs?: string }): MatchModule {
  return matchModule<Match[]>({ ...spec, begin: () => [], finish: (_reader, matches) => matches });
}
