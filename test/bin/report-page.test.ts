import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { reportPage } from '../../bin/cli/report-page.ts';
import { recorded } from '../recorded-reports.ts';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'aerofault-test-'))));
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

test('no page is written where none is asked for', async () => {
  expect(await reportPage(recorded('halves'), { open: false })).toBeUndefined();
});

test.runIf(process.platform === 'linux')('--open hands the page to the browser', async () => {
  const told = join(folder, 'told');
  const browser = join(folder, 'browser');
  writeFileSync(browser, `#!/bin/sh\necho "$1" > '${told}'\n`);
  chmodSync(browser, 0o755);
  vi.stubEnv('BROWSER', browser);
  vi.stubEnv('DISPLAY', '');
  vi.stubEnv('TMPDIR', folder);
  const file = await reportPage(recorded('halves'), { open: true });

  await vi.waitFor(() => expect(readFileSync(told, 'utf8')).toContain(`${file}`), 20_000);
  expect(readFileSync(file ?? '', 'utf8')).toContain('halves on orders-staging');
});
