/** What the workflow did, and each fault of a run that has several. */
import { fits, place } from './band.ts';
import type { Band } from './band.ts';
import { markup, nothing } from '../markup.ts';
import type { Markup } from '../markup.ts';
import type { Report } from '../../report.ts';
import type { StateReport } from '../../report/states.ts';
import type { Scale } from './scale.ts';

/** One band of all states; the same state again and again, as of looks at a hold, is one block. */
export function stateBands({ states }: Report, scale: Scale): Band[] {
  if (states.length === 0) return [];
  const height = 20;
  const draw = (top: number): Markup[] =>
    together(states).map(({ state, from, until }, index) => {
      const left = scale.x(from);
      const width = Math.max(1, place(scale.x(until) - left));
      const label = fits(state, width)
        ? markup`<text class="state" x="${place(left + width / 2)}" y="${top + 14}">${state}</text>`
        : nothing;
      return markup`<rect class="state${index % 2}" x="${left}" y="${top}" width="${width}" height="${height}"/>${label}`;
    });
  return [{ label: 'workflow', height, draw }];
}

function together(states: readonly StateReport[]): StateReport[] {
  const blocks: StateReport[] = [];
  for (const one of states) {
    const last = blocks.at(-1);
    if (last?.state !== one.state) blocks.push(one);
    else blocks.splice(-1, 1, { ...last, until: Math.max(last.until, one.until) });
  }
  return blocks;
}

/** From when till when each part was on; of one that flaps, both ends and how often. */
export function partBands({ parts }: Report, scale: Scale): Band[] {
  const height = 14;
  return parts.map(({ part, kind, startAt, endAt, timesOn, flapping }) => ({
    label: `part ${part}: ${kind}`,
    height,
    draw: (top) => {
      if (startAt === null || endAt === null) return nothing;
      const left = scale.x(startAt);
      const width = Math.max(1, place(scale.x(endAt) - left));
      const often = `on ${timesOn} times`;
      const label =
        flapping !== null && fits(often, width)
          ? markup`<text class="state" x="${place(left + width / 2)}" y="${top + 11}">${often}</text>`
          : nothing;
      return markup`<rect class="on${flapping === null ? '' : ' flaps'}" x="${left}" y="${top}" width="${width}" height="${height}"/>${label}`;
    },
  }));
}
