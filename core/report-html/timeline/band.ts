import { picture } from './scale.ts';
import { markup, nothing } from '../markup.ts';
import type { Content, Markup } from '../markup.ts';

/** One strip of the timeline, of a height of its own, drawn from `top` down. */
export interface Band {
  readonly label: string;
  readonly under?: string;
  readonly height: number;
  draw(top: number): Content;
}

/** Characters of a name that there is room for. */
const labelMax = 19;

/** What a band is called, left of it; the whole name where it had to be cut. */
export function bandLabel({ label, under }: Band, top: number, height: number): Markup {
  const middle = top + height / 2 + (under === undefined ? 4 : -2);
  const whole = label.length > labelMax ? markup`<title>${label}</title>` : nothing;
  const second =
    under === undefined
      ? nothing
      : markup`<text class="under" x="${picture.left - 10}" y="${middle + 13}">${under}</text>`;
  return markup`<text class="name" x="${picture.left - 10}" y="${middle}">${whole}${cut(label)}</text>${second}`;
}

const cut = (label: string): string =>
  label.length > labelMax ? `${label.slice(0, labelMax - 1).toWellFormed()}…` : label;

/** A place or a length in the picture, short. */
export const place = (value: number): number => Math.round(10 * value) / 10;

/** Whether about so many characters fit a width. */
export const fits = (text: string, width: number): boolean => width >= 7 * text.length + 6;
