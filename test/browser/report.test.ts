import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { Report } from '../../core/report.ts';
import { everyKind } from '../recorded-reports.ts';
import { launched, opened } from './browser.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser: Browser;
beforeAll(async () => {
  browser = await launched();
});
afterAll(() => browser.close());

const Found = z.object({
  passes: z.number(),
  violations: z.array(z.object({ id: z.string(), nodes: z.array(z.string()) })),
});

/** What axe finds, by rule, with the elements; and how many of its rules were met. */
async function judgedByAxe(page: Page): Promise<z.infer<typeof Found>> {
  await page.evaluate(axe);
  const found: unknown = await page.evaluate(`axe.run(document).then((all) => ({
    passes: all.passes.length,
    violations: all.violations.map(({ id, nodes }) => ({
      id, nodes: nodes.map(({ html, failureSummary }) => html.slice(0, 200) + ' ' + failureSummary),
    })),
  }))`);
  return Found.parse(found);
}

const schemes = [
  { look: 'light', options: { colorScheme: 'light' } },
  { look: 'dark', options: { colorScheme: 'dark' } },
] as const;

const openAll = 'document.querySelectorAll("details").forEach((one) => { one.open = true; })';

/** Pages that look unlike each other; what is in all of them, test/core/report-html reads. */
const kinds = everyKind().filter(
  ([name]) => !['isolate-one-node', 'broken', 'empty'].includes(name),
);

describe.each(kinds)('the page of %s', (_, report) => {
  test.each(schemes)('is met by axe in $look, all of it unfolded', async ({ options }) => {
    await opened(
      browser,
      report,
      async ({ page, asked, complaints }) => {
        await page.evaluate(openAll);
        const { violations, passes } = await judgedByAxe(page);
        expect(violations).toEqual([]);
        expect(passes).toBeGreaterThan(15);
        expect({ asked, complaints }).toEqual({ asked: [], complaints: [] });
      },
      options,
    );
  });

  test('is met by axe on paper, where everything is unfolded and light', async () => {
    await opened(
      browser,
      report,
      async ({ page }) => {
        await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
        expect((await judgedByAxe(page)).violations).toEqual([]);
        const shown = z.object({ background: z.string(), folded: z.number() }).parse(
          await page.evaluate(`({
            background: getComputedStyle(document.body).backgroundColor,
            folded: [...document.querySelectorAll('details > :not(summary)')]
              .filter((one) => one.getBoundingClientRect().height === 0).length,
          })`),
        );
        expect(shown).toEqual({ background: 'rgb(255, 255, 255)', folded: 0 });
      },
      { colorScheme: 'dark' },
    );
  });

  test('fits narrow windows and wide ones', async () => {
    await opened(browser, report, async ({ page }) => {
      await page.evaluate(openAll);
      for (const width of [360, 768, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        const needed: unknown = await page.evaluate('document.documentElement.scrollWidth');
        expect(needed).toBe(width);
      }
    });
  });

  test('shows the numbers of the JSON that it holds', async () => {
    await opened(browser, report, async ({ page }) => {
      const json = await page.locator('#report').textContent();
      const held = Report.parse(JSON.parse(json ?? ''));
      expect(held).toEqual(report);
      const cells = async (id: string, column: number): Promise<string[]> =>
        page.locator(`#${id} tbody tr > :nth-child(${column})`).allTextContents();
      const { injectedAt, restoredAt } = held.timing;
      const [hold] = (await cells('timings', 2)).slice(3, 4);
      const took = injectedAt === null || restoredAt === null ? null : restoredAt - injectedAt;
      expect(hold).toBe(took === null ? 'not seen' : (took / 1000).toFixed(3));
      expect(await cells('hypotheses', 4)).toEqual(held.hypotheses.map(({ seen }) => seen));
      expect(await cells('connections', 3)).toEqual(
        held.connections.map(({ port }) => String(port)),
      );
    });
  });

  test('leads from every chip to its evidence, by keyboard, too', async () => {
    await opened(browser, report, async ({ page }) => {
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      expect(new URL(page.url()).hash).toBe('#main');
      for (const chip of await page.locator('a.chip').all()) {
        await chip.click();
        const place = page.locator(new URL(page.url()).hash);
        await place.waitFor();
        expect(await place.textContent()).toContain(await chip.locator('b').textContent());
      }
    });
  });
});
