/**
 * Nobody asks a run before they change something. So people do whatever they like, at any instant of a
 * run and of the hour after it, while runs are killed and describes are stale: what is ours is gone in the
 * end, what is theirs is as they left it, or the run is stuck and says at what; and nothing is silent.
 */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { live } from './people-scene.ts';
import type { Lived } from './people-scene.ts';
import { schedule, storyOf } from './people-schedules.ts';
import { wrongsOf } from './people-verdict.ts';

const schedules = 500;

test(`${schedules} schedules of people: ours gone, theirs kept, or stuck with the truth; never silent`, async () => {
  const seen = {
    deeds: 0,
    final: 0,
    stuck: 0,
    untouched: 0,
    residue: 0,
    others: 0,
    overwritten: 0,
  };
  await fc.assert(
    fc.asyncProperty(schedule, async (one) => {
      const lived = await live(one);
      count(lived, seen);
      const wrongs = wrongsOf(lived);
      if (wrongs.length > 0) throw new Error(`${wrongs.join('\n')}\n${storyOf(lived, one)}`);
    }),
    { numRuns: schedules },
  );
  process.stdout.write(`${schedules} schedules: ${JSON.stringify(seen)}\n`);

  expect(seen.final + seen.stuck).toBeGreaterThan((schedules * 9) / 10);
}, 180_000);

function count({ deeds, run, report, overwritten }: Lived, seen: Record<string, number>): void {
  const add = (what: string, more: number | boolean): void => {
    seen[what] = (seen[what] ?? 0) + Number(more);
  };
  add('deeds', deeds.length);
  add('final', run?.life === 'final');
  add('stuck', run?.stuckSteps !== undefined);
  add('untouched', Object.keys(run?.intents ?? {}).length === 0);
  add('residue', (report?.residue.length ?? 0) > 0);
  add('others', (report?.others.length ?? 0) > 0);
  add('overwritten', overwritten.size > 0);
}
