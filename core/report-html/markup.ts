/**
 * Markup that is built from templates: whatever is put into one is text and escaped, but for markup that was
 * built the same way. So names, tags, evidence and log lines, all other people's text, stay text.
 */
import { printable } from '../printable.ts';

/** Markup that needs no escaping any more; only this file and what it builds make any. */
export interface Markup {
  readonly markup: string;
}

/** What can stand in a template. */
export type Content = string | number | Markup | readonly Content[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it may stand in HTML and SVG, in attributes, too; control characters and lone surrogates go. */
function escaped(text: string): string {
  const plain = printable(text).toWellFormed();
  return plain.replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? '');
}

/** Line breaks within a sentence; those beside a tag or a gap are margins. */
const breaks = /(?<=[^\s>])\s*\n\s*(?=[^\s<])/g;

/** Templates' own text has its line breaks and margins taken out; what stands in the gaps keeps its spaces. */
export function markup(texts: TemplateStringsArray, ...gaps: readonly Content[]): Markup {
  const pieces = texts.flatMap((text, index) => {
    const gap = gaps[index];
    const own = text.replaceAll(breaks, ' ').replaceAll(/\s*\n\s*/g, '');
    return gap === undefined ? [own] : [own, rendered(gap)];
  });
  return { markup: pieces.join('') };
}

/** Text in which line breaks count, as of commands to paste. */
export function lines(texts: readonly string[]): Markup {
  return { markup: texts.map(escaped).join('\n') };
}

/** Text of ours that is no markup: a style sheet, or JSON that was made safe. */
export const asIs = (text: string): Markup => ({ markup: text });

export const nothing: Markup = { markup: '' };

function rendered(content: Content): string {
  if (typeof content === 'string') return escaped(content);
  if (typeof content === 'number') return String(content);
  return 'markup' in content ? content.markup : content.map(rendered).join('');
}
