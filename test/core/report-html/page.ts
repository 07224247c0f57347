import { parse } from 'node-html-parser';
import type { HTMLElement } from 'node-html-parser';
import { reportHtml } from '../../../core/report-html.ts';
import { Report } from '../../../core/report.ts';

/** A page as a program reads it. */
export interface Page {
  readonly html: string;
  readonly root: HTMLElement;
  /** What people see, and what screen readers say. */
  readonly text: string;
  /** The report in it. */
  readonly json: Report;
}

export function pageOf(report: Report): Page {
  const html = reportHtml(report);
  const root = parse(html, { blockTextElements: { script: true, style: true } });
  const script = root.getElementById('report');
  const json = Report.parse(JSON.parse(script?.innerHTML ?? 'null'));
  const seen = parse(html.replaceAll(/<(script|style)[^>]*>.*?<\/\1>/gs, ''));
  return { html, root, text: seen.text, json };
}

/** The cells of a table's body, row by row; of one that is not there, none. */
export function cellsOf({ root }: Page, id: string): string[][] {
  const rows = root.getElementById(id)?.querySelectorAll('tbody tr') ?? [];
  return rows.map((row) => row.querySelectorAll('th, td').map((cell) => cell.text));
}

/** Exact instants within an element, as they are for programs. */
export function instantsOf(element: HTMLElement | null): number[] {
  const times = element?.querySelectorAll('time') ?? [];
  return times.map((time) => Date.parse(time.getAttribute('datetime') ?? ''));
}

/** A number of seconds on the page as milliseconds; NaN for what is none. */
export function millisecondsIn(text: string): number {
  return Math.round(1000 * Number(text.replace('\u2212', '-').replace('+', '').replace(' s', '')));
}
