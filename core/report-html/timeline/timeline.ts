/** The timeline: one picture in which every band shares one axis, and the fault is shaded behind them all. */
import { bandLabel, place } from './band.ts';
import type { Band } from './band.ts';
import { clientBands } from './client-bands.ts';
import { eventsOf } from './events.ts';
import type { Event } from './events.ts';
import { nodeBands } from './node-bands.ts';
import { picture, scaleOf, ticksOf } from './scale.ts';
import type { Scale } from './scale.ts';
import { partBands, stateBands } from './state-bands.ts';
import { patterns } from './patterns.ts';
import { timelineDescription } from './description.ts';
import { markup, nothing } from '../markup.ts';
import type { Markup } from '../markup.ts';
import { roughly } from '../clock.ts';
import type { Report } from '../../report.ts';

const gap = 7;
const marksHeight = 40;
const axisHeight = 34;

/** The picture alone; lists.ts has its data in tables. */
export function timelinePicture(report: Report): Markup {
  const scale = scaleOf(report);
  const bands = [
    ...stateBands(report, scale),
    ...partBands(report, scale),
    ...nodeBands(report, scale),
    ...clientBands(report, scale),
  ];
  const tops = topsOf(bands);
  const bottom = tops.at(-1) ?? marksHeight;
  const { events } = eventsOf(report);
  return markup`
    <svg viewBox="0 0 ${picture.width} ${bottom + axisHeight}" role="img" aria-labelledby="timeline-title timeline-desc">
      <title id="timeline-title">Timeline of run ${report.runId}</title>
      <desc id="timeline-desc">${timelineDescription(report)}</desc>
      ${patterns}
      ${faultWindow(report, scale, bottom)}
      ${axis(scale, bottom)}
      ${bands.map((band, index) => [
        bandLabel(band, tops[index] ?? 0, band.height),
        band.draw(tops[index] ?? 0),
      ])}
      ${marks(events, scale, bottom)}
    </svg>`;
}

/** Where each band begins, and where the last one ends. */
function topsOf(bands: readonly Band[]): number[] {
  const tops = [marksHeight];
  for (const { height } of bands) tops.push((tops.at(-1) ?? 0) + height + gap);
  return tops;
}

/** From injected, or from the time set where nobody knows better, to restored. */
function faultWindow({ timing }: Report, scale: Scale, bottom: number): Markup {
  const { injectedAt, restoredAt } = timing;
  if (injectedAt === null) return nothing;
  const left = scale.x(injectedAt);
  const right = scale.x(restoredAt ?? scale.until);
  const top = marksHeight - 6;
  const end =
    restoredAt === null ? nothing : markup`<path class="edge" d="M${right} ${top}V${bottom}"/>`;
  return markup`
    <rect class="fault" x="${left}" y="${top}" width="${place(right - left)}" height="${bottom - top}"/>
    <path class="edge" d="M${left} ${top}V${bottom}"/>${end}`;
}

function axis(scale: Scale, bottom: number): Markup {
  const ticks = ticksOf(scale).map((tick) => {
    const x = scale.x(scale.zero + tick);
    const label = tick === 0 ? '0 s' : roughly(tick).replace(/\.0$/, '');
    return markup`<path class="grid" d="M${x} ${marksHeight - 6}V${bottom + 4}"/><text class="tick" x="${x}" y="${bottom + 17}">${label}</text>`;
  });
  return markup`${ticks}<text class="unit" x="${picture.right}" y="${bottom + 31}">seconds</text>`;
}

/** Marks that would lie on one another go to the next of three rows. */
function marks(events: readonly Event[], scale: Scale, bottom: number): Markup[] {
  const ends = [-Infinity, -Infinity, -Infinity];
  return events.map(({ at }, index) => {
    if (at > scale.until) return nothing; // Set for a time that never came.
    const x = scale.x(at);
    const width = index < 9 ? 13 : 18;
    const free = ends.findIndex((end) => end < x - width / 2);
    const row = free === -1 ? ends.indexOf(Math.min(...ends)) : free;
    // Where all rows are full the mark stands aside; its line does not.
    const left = Math.max(x - width / 2, (ends[row] ?? 0) + 1);
    ends[row] = left + width;
    const y = 1 + 12 * row;
    return markup`
      <path class="event" d="M${x} ${y + 11}V${bottom}"/>
      <rect class="event" x="${place(left)}" y="${y}" width="${width}" height="11" rx="3"/>
      <text class="event" x="${place(left + width / 2)}" y="${y + 9}">${index + 1}</text>`;
  });
}
