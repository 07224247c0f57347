import { expect, test } from 'vitest';
import { flavours, killings, playAll, stages, victims } from './killed-runner.ts';
import type { Left } from './killed-runner.ts';
import { describeOnKernel } from './namespaces.ts';

const count = Number(process.env['AEROFAULT_KILLINGS'] ?? 200);
const seed = Number(process.env['AEROFAULT_SEED'] ?? 20_261_121);

/** What must not be; undefined where all is well. */
function complaint({ killing, at, lookedAfter, things, effect, late }: Left): string | undefined {
  const { flavour, victim, anchor, delayMs } = killing;
  const wrong = [
    ...(things === 0 ? [] : [`${things} things left`]),
    ...(effect === 'none' ? [] : ['the peer is still cut off']),
    ...(victim === 'frozen' || late.includes('"outcome":"refused"') ? [] : [`late: ${late}`]),
  ];
  const when = `${flavour.name}, ${victim}, ${anchor} + ${delayMs} ms (${at}), looked ${lookedAfter} ms after`;
  return wrong.length === 0 ? undefined : `${when}: ${wrong.join(', ')}`;
}

describeOnKernel(
  'scripts and agents that are killed while they inject',
  () => {
    test(`nothing outlives RestoreAt by a second, ${count} times, and a late command does nothing`, async () => {
      const left = await playAll(killings(count, seed), 16);

      expect(left.map(complaint).filter((one) => one !== undefined)).toEqual([]);
      // The moments did fall into every stage, on every victim, in everything that can be killed.
      for (const at of stages) {
        const reached = left.filter((one) => one.at === at).length;
        expect({ at, often: reached >= count / 100 }).toEqual({ at, often: true });
      }
      expect(new Set(left.map(({ killing }) => killing.victim))).toEqual(new Set(victims));
      expect(new Set(left.map(({ killing }) => killing.flavour))).toEqual(new Set(flavours));
      for (const word of ['deadline passed', 'restored already']) {
        expect(left.some(({ late }) => late.includes(word))).toBe(true);
      }
    }, 180_000);

    test('a host that stood still from inject on and comes back after RestoreAt does nothing', async () => {
      const left = await playAll(killings(count / 10, seed, ['frozen']), 2);
      expect(left.map(complaint).filter((one) => one !== undefined)).toEqual([]);
    }, 180_000);
  },
  { concurrent: true },
);
