import { asIs, markup } from './markup.ts';
import type { Markup } from './markup.ts';
import type { Report } from '../report.ts';

/** The report as JSON within the page, for programs; nothing in it can end the element that holds it. */
export function embedded(report: Report): Markup {
  const json = JSON.stringify(report).replaceAll(/[<>&\p{Cc}\p{Cf}\u2028\u2029]/gu, spelled);
  return markup`<script type="application/json" id="report">${asIs(json)}</script>`;
}

/** A sign as JSON spells it, in one or two units. */
const spelled = (sign: string): string =>
  Array.from(
    { length: sign.length },
    (_, unit) => `\\u${sign.charCodeAt(unit).toString(16).padStart(4, '0')}`,
  ).join('');
