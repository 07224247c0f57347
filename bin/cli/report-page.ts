import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import open from 'open';
import type { Report } from '../../core/report.ts';
import { writePage } from './write-page.ts';

/** What is to be done with a report's page. */
export interface PageOptions {
  /** Where to write it; true: in this folder, named by the run; absent: nowhere, unless it is opened. */
  readonly html?: string | true | undefined;
  readonly open: boolean;
}

/**
 * Writes the page of a report, and shows it in the browser if asked to. One that is only shown is written
 * where temporary files are, for browsers read it after this has ended.
 *
 * @returns the file; undefined where no page was asked for.
 */
export async function reportPage(
  report: Report,
  { html, open: isShown }: PageOptions,
): Promise<string | undefined> {
  if (html === undefined && !isShown) return undefined;
  const name = `aerofault-${report.runId}.html`;
  const file =
    html === undefined
      ? join(mkdtempSync(join(tmpdir(), 'aerofault-')), name)
      : resolve(html === true ? name : html);
  writePage(file, report);
  if (isShown) await open(file);
  return file;
}
