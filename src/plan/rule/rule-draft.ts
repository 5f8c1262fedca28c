/** A rule while its text is read: the header, and each extension loaded so far with its own draft. */
import type { HeaderDraft } from './header.js';
import type { Extension, MatchModule, TargetModule } from './module.js';
import type { RuleReader } from './rule-reader.js';
import type { Target } from './rule.js';

/** One -m or -j. */
export interface Use<Module extends Extension = Extension> {
  readonly module: Module;
  readonly draft: unknown;
  /** The bits of the options that were given. */
  given: number;
}

export interface RuleDraft {
  readonly reader: RuleReader;
  readonly header: HeaderDraft;
  /** Matches and target in the order in which they were loaded. */
  readonly loaded: (Use<MatchModule> | Use<TargetModule>)[];
  targetUse: Use<TargetModule> | undefined;
  /** A jump or goto, which has no options. */
  chain: Target | undefined;
}

export function beginUse<Module extends Extension>(module: Module): Use<Module> {
  return { module, draft: module.begin(), given: 0 };
}
