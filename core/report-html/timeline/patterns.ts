/** Patterns of the parts of a cluster, so that they differ without their colours, too. */
import { markup } from '../markup.ts';
import type { Markup } from '../markup.ts';

const drawings = [
  'M-2 2L2 -2M0 8L8 0M6 10L10 6',
  'M4 3.2a.8.8 0 1 0 .01 0',
  'M-2 6L2 10M0 0L8 8M6 -2L10 2',
  'M0 2H8M0 6H8',
  'M2 0V8M6 0V8',
  'M0 4H8M4 0V8',
] as const;

export const patterns: Markup = markup`<defs>${drawings.map(
  (path, index) =>
    markup`<pattern id="p-part${index}" width="8" height="8" patternUnits="userSpaceOnUse"><path class="hatch" d="${path}"/></pattern>`,
)}</defs>`;
