import { reportHtml } from '../../core/report-html.ts';
import type { Report } from '../../core/report.ts';
import { writeNamed } from './named-file.ts';

/** Writes the page of a report, with the folders above it. @throws Refusal where it cannot be written. */
export function writePage(file: string, report: Report): void {
  writeNamed(file, reportHtml(report), { folders: true });
}
