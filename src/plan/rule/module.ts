/**
 * What an extension of iptables is here: the option words it brings, what they make of a draft, and how iptables-save prints the
 * result. Each `-m` or `-j` has a draft of its own, as each has a structure of its own in iptables (libxtables/xtoptions.c).
 */
import type { Match, Target } from './rule.js';
import { refuse, type RuleReader } from './rule-reader.js';

type ReadOption<Draft> = (reader: RuleReader, draft: Draft, not: boolean) => void;

interface ExtensionSpec<Draft> {
  /** The word after -m or -j. */
  readonly name: string;
  readonly options?: Readonly<Record<string, ReadOption<Draft>>>;
  /** Options that `!` may stand before. */
  readonly negatable?: Readonly<Record<string, ReadOption<Draft>>>;
  /** Options that iptables knows and hopspec does not model. */
  readonly unmodelled?: readonly string[];
  /** Options that may stand more than once. */
  readonly repeatable?: readonly string[];
}

interface MatchPrinting {
  /** The rule must say `-p` one of these. */
  readonly protocols?: readonly number[];
  /** The options of all its matches as iptables-save, or ip6tables-save, prints them, without `-m NAME`. */
  readonly format: (matches: readonly Match[], six: boolean) => string;
  /** Where a match stands among those of one -m; without it one -m has one match. */
  readonly rank?: (match: Match) => number;
}

interface MatchSpec<Draft> extends ExtensionSpec<Draft>, MatchPrinting {
  readonly begin: () => Draft;
  readonly finish: (reader: RuleReader, draft: Draft) => readonly Match[];
}

interface ListingSpec extends ExtensionSpec<Match[]>, MatchPrinting {
  /** What is missing from `-m NAME` alone; without it, that is a rule too. */
  readonly needs?: string;
}

interface TargetSpec<Draft> extends ExtensionSpec<Draft> {
  readonly begin: () => Draft;
  readonly finish: (reader: RuleReader, draft: Draft) => Target;
}

export interface Option {
  readonly read: ReadOption<unknown>;
  /** Words of one meaning share it, and no others of the extension. */
  readonly bit: number;
  readonly negatable: boolean;
}

export interface Extension {
  readonly name: string;
  readonly begin: () => unknown;
  readonly options: ReadonlyMap<string, Option>;
  readonly unmodelled: readonly string[];
}

export interface MatchModule extends Extension, MatchPrinting {
  readonly finish: (reader: RuleReader, draft: unknown) => readonly Match[];
}

export interface TargetModule extends Extension {
  readonly finish: (reader: RuleReader, draft: unknown) => Target;
}

export function matchModule<Draft>(spec: MatchSpec<Draft>): MatchModule {
  const { protocols, format, rank } = spec;
  const printing: MatchPrinting = { format, ...(protocols && { protocols }), ...(rank && { rank }) };
  return { ...extension(spec, spec.begin), ...printing, finish: spec.finish as MatchModule['finish'] };
}

export function targetModule<Draft>(spec: TargetSpec<Draft>): TargetModule {
  return { ...extension(spec, spec.begin), finish: spec.finish as TargetModule['finish'] };
}

/** A match whose options each add matches of their own; the draft is their list. */
export function listingModule(spec: ListingSpec): MatchModule {
  const { needs, name } = spec;
  return matchModule<Match[]>({
    ...spec,
    begin: () => [],
    finish: (reader, matches) => {
      if (needs !== undefined && matches.length === 0) refuse(reader, 'missing-option', `\`-m ${name}\` needs ${needs}`);
      return matches;
    },
  });
}

/** The only place where a draft loses its type: it is handed to nobody but the extension that began it. */
function extension<Draft>(spec: ExtensionSpec<Draft>, begin: () => Draft): Extension {
  const options = new Map<string, Option>();
  const add = (words: Readonly<Record<string, ReadOption<Draft>>>, negatable: boolean): void => {
    for (const [word, own] of Object.entries(words)) {
      const read = own as ReadOption<unknown>;
      const same = [...options.values()].find((option) => option.read === read);
      const bit = spec.repeatable?.includes(word) === true ? 0 : 1 << options.size;
      options.set(word, same ?? { read, negatable, bit });
    }
  };
  add(spec.options ?? {}, false);
  add(spec.negatable ?? {}, true);
  return { name: spec.name, begin, options, unmodelled: spec.unmodelled ?? [] };
}
