/** `npm run report-picture`: the picture of a report in the docs, of a report that a rehearsal left. */
import { chromium } from 'playwright-core';
import { readFileSync, writeFileSync, rmSync } from 'node:fs';
import { Report } from '../core/report.ts';
import { reportHtml } from '../core/report-html.ts';

const place = (path: string): URL => new URL(`../${path}`, import.meta.url);
const recorded = readFileSync(place('test/recorded/reports/isolate-one-node.json'), 'utf8');
const page = place('docs/report.html');
writeFileSync(page, reportHtml(Report.parse(JSON.parse(recorded))));
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
try {
  const shown = await browser.newPage({ viewport: { width: 1280, height: 1420 } });
  await shown.goto(page.href);
  await shown.screenshot({ path: 'docs/report.png' });
} finally {
  await browser.close();
  rmSync(page);
}
