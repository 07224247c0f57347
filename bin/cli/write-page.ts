import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { reportHtml } from '../../core/report-html.ts';
import type { Report } from '../../core/report.ts';

/** Writes the page of a report, with the folders above it. */
export function writePage(file: string, report: Report): void {
  mkdirSync(dirname(resolve(file)), { recursive: true });
  writeFileSync(file, reportHtml(report));
}
