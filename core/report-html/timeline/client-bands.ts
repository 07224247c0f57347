/** What clients got: averages from look to look, each drawn over its own span; an unknown one is a gap. */
import { place } from './band.ts';
import type { Band } from './band.ts';
import { markup, nothing } from '../markup.ts';
import type { Markup } from '../markup.ts';
import type { ClientSpan } from '../../report/traffic.ts';
import type { Report } from '../../report.ts';
import type { Scale } from './scale.ts';

/** Up to so many samples, each is marked by a point. */
const pointsMax = 40;

const rates = [
  { label: 'ok / s', look: 'ok', height: 54, of: (span: ClientSpan) => span.ok },
  { label: 'timeouts / s', look: 'timeouts', height: 34, of: (span: ClientSpan) => span.timeouts },
  { label: 'errors / s', look: 'errors', height: 34, of: (span: ClientSpan) => span.errors },
] as const;

/** None where nobody ever knew. */
export function clientBands({ clients }: Report, scale: Scale): Band[] {
  return rates.flatMap((rate) => {
    const known = clients.map(rate.of).filter((value) => value !== null);
    if (known.length === 0) return [];
    const top = Math.max(...known);
    return [
      {
        label: rate.label,
        under: top === 0 ? 'none at all' : `0 to ${rounded(top)}`,
        height: rate.height,
        draw: (at) => curve(clients, at, { ...rate, highest: top, scale }),
      },
    ];
  });
}

const rounded = (value: number): string => String(Math.round(value * 100) / 100);

interface Drawn {
  readonly look: string;
  readonly height: number;
  readonly highest: number;
  readonly scale: Scale;
  of(span: ClientSpan): number | null;
}

function curve(clients: readonly ClientSpan[], top: number, drawn: Drawn): Markup {
  const { look, height, highest, scale } = drawn;
  const y = (value: number): number =>
    place(top + height - (height - 4) * (highest === 0 ? 0 : value / highest));
  const steps = clients.flatMap((span, index) => {
    const value = drawn.of(span);
    if (value === null) return [];
    const before = clients[index - 1];
    const isKnown = before !== undefined && drawn.of(before) !== null;
    const joins = !isKnown ? 'M' : before.until >= span.from ? 'V' : 'L';
    return [{ ...span, value, joins }];
  });
  const path = steps
    .map(({ from, until, value, joins }) => {
      // Samples that were left out lie on the way to the next.
      const start = joins === 'V' ? `V${y(value)}` : `${joins}${scale.x(from)} ${y(value)}`;
      return `${start}H${scale.x(until)}`;
    })
    .join('');
  const points =
    steps.length > pointsMax
      ? nothing
      : steps.map(
          ({ from, until, value }) =>
            markup`<circle class="${look}" cx="${place((scale.x(from) + scale.x(until)) / 2)}" cy="${y(value)}" r="2.5"/>`,
        );
  return markup`
    <path class="floor" d="M${scale.x(scale.from)} ${top + height}H${scale.x(scale.until)}"/>
    <path class="curve ${look}" d="${path}"/>${points}`;
}
