import { markup, nothing } from './markup.ts';
import type { Content, Markup } from './markup.ts';

/** A table; its rows' first cell names the row. */
export interface Table {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly Content[])[];
  /** Columns of numbers, which are set to the right. */
  readonly numbers?: readonly number[];
  /** For programs that read the page. */
  readonly id?: string;
}

/** A table that scrolls by itself where the page is narrow; of no rows, a sentence. */
export function table({ caption, head, rows, numbers = [], id }: Table): Markup {
  if (rows.length === 0) return markup`<p class="none">${caption}: none.</p>`;
  const kind = (index: number): Markup => (numbers.includes(index) ? markup` class="n"` : nothing);
  const cells = (row: readonly Content[]): Markup[] =>
    row.map((cell, index) =>
      index === 0
        ? markup`<th scope="row"${kind(index)}>${cell}</th>`
        : markup`<td${kind(index)}>${cell}</td>`,
    );
  return markup`
    <div class="scroll" tabindex="0" role="group" aria-label="${caption}">
      <table${id === undefined ? nothing : markup` id="${id}"`}><caption>${caption}</caption>
        <thead><tr>${head.map((word, index) => markup`<th scope="col"${kind(index)}>${word}</th>`)}</tr></thead>
        <tbody>${rows.map((row) => markup`<tr>${cells(row)}</tr>`)}</tbody>
      </table>
    </div>`;
}

/** What is there for those who ask. */
export const folded = (summary: string, content: Content): Markup =>
  markup`<details><summary>${summary}</summary>${content}</details>`;

export function list(items: readonly Content[]): Markup {
  return items.length === 0
    ? nothing
    : markup`<ul>${items.map((item) => markup`<li>${item}</li>`)}</ul>`;
}

/** A list of which the first few are shown and the others folded. */
export function longList(items: readonly Content[], first: number): Markup {
  const rest = items.slice(first);
  if (rest.length < 3) return list(items);
  return markup`${list(items.slice(0, first))}${folded(`${rest.length} more`, list(rest))}`;
}

/** A part of the page; `id` is where links lead. */
export const section = (id: string, title: string, content: Content): Markup =>
  markup`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${content}</section>`;
