/** Every network of l3-*.ts, by topic. */
import { FRAGMENTS } from './l3-fragments.js';
import { RULES } from './l3-rules.js';
import { SOCKETS } from './l3-sockets.js';
import type { Line } from './line.js';

export const L3_CASES: Readonly<Record<string, readonly Line[]>> = { fragments: FRAGMENTS, rules: RULES, sockets: SOCKETS };
