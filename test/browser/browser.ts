import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { reportHtml } from '../../core/report-html.ts';
import type { Report } from '../../core/report.ts';

const places = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser'];

/** The system's browser. @throws where there is none: a suite that was not run has shown nothing. */
export function launched(): Promise<Browser> {
  const executablePath = places.find((place) => place !== undefined && existsSync(place));
  if (executablePath === undefined) {
    throw new Error('Cannot open pages as chromium must be installed: sudo apt install chromium');
  }
  // Its sandbox refuses to run as root; it opens nothing but files of ours.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath, args });
}

/** A page that was opened, and everything it asked for or complained about. */
export interface Opened {
  readonly page: Page;
  readonly asked: readonly string[];
  readonly complaints: readonly string[];
}

/** Opens the page of a report from a file, hands it to `look`, and closes and removes both. */
export async function opened(
  browser: Browser,
  report: Report,
  look: (one: Opened) => Promise<void>,
  options: BrowserContextOptions = {},
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'aerofault-page-'));
  const file = join(folder, 'report.html');
  writeFileSync(file, reportHtml(report));
  const context = await browser.newContext(options);
  try {
    const page = await context.newPage();
    const asked: string[] = [];
    const complaints: string[] = [];
    const own = pathToFileURL(file).href;
    page.on('request', (request) => {
      if (request.url().replace(/#.*/, '') !== own) asked.push(request.url());
    });
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(own);
    await look({ page, asked, complaints });
  } finally {
    await context.close();
    rmSync(folder, { recursive: true });
  }
}
