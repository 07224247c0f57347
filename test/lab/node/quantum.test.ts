import { expect, test } from 'vitest';
import { QuantumClock } from '../../../lab/node/quantum.ts';
import { timingsOf } from '../../../lab/node/timings.ts';

const timings = timingsOf({ intervalMs: 150, timeoutIntervals: 10 });

/** When the next step comes, found by asking every 5 ms. */
function nextStep(clock: QuantumClock, from: number): number {
  for (let now = from; now < from + 20_000; now += 5) if (clock.due(now)) return now;
  throw new Error('Cannot find a step as one must come within 20 s');
}

test('the clocks are those measured at 150 ms and 10 or 20 intervals', () => {
  expect(timings).toMatchObject({ linkSilence: 450, nodeTimeout: 1500, quantum: 1810, tick: 75 });
  expect(timingsOf({ intervalMs: 150, timeoutIntervals: 20 })).toMatchObject({
    linkSilence: 900,
    nodeTimeout: 3000,
    quantum: 3310,
  });
  expect(timingsOf({ intervalMs: 250, timeoutIntervals: 40 }).quantum).toBe(5000);
});

test('an undisturbed node steps once a quantum interval', () => {
  const clock = new QuantumClock(timings, 0);
  expect(nextStep(clock, 0)).toBe(1810);
  clock.started(1810);
  expect(nextStep(clock, 1810)).toBe(3620);
});

test('a departure is acted on one quantum interval after the node was last heard', () => {
  const clock = new QuantumClock(timings, 0);
  clock.note('nodeDeparted', 50);
  expect(nextStep(clock, 1550)).toBe(1860);
});

test('two steps are at least half a quantum interval apart, which scatters the times of a split', () => {
  const clock = new QuantumClock(timings, 0);
  clock.started(1400);
  clock.note('nodeDeparted', 50);
  expect(nextStep(clock, 1550)).toBe(2305);
});

test('an arrival is waited on for 1215 ms, a lower cluster in sight for a whole interval', () => {
  const clock = new QuantumClock(timings, -2000);
  clock.note('nodeArrived', 100);
  expect(nextStep(clock, 100)).toBe(1315);
  clock.note('mergeCandidateSeen', 150);
  expect(nextStep(clock, 100)).toBe(1960);
});

test('a settled disturbance is not waited for until the step is over', () => {
  const clock = new QuantumClock(timings, 0);
  clock.settle('mergeCandidateSeen');
  clock.note('mergeCandidateSeen', 800);
  expect(nextStep(clock, 0)).toBe(905);
  clock.started(905);
  clock.note('mergeCandidateSeen', 1000);
  expect(nextStep(clock, 905)).toBe(2810);
});

test('a postponed step stays due, with what led to it', () => {
  const clock = new QuantumClock(timings, 0);
  clock.note('peerAdjacencyChanged', 1000);
  clock.postpone();
  clock.started(1200);
  expect(clock.due(1200)).toEqual({ canWait: true });
  expect(clock.hasSeen('peerAdjacencyChanged')).toBe(true);
  expect(clock.hasSeen('nodeDeparted')).toBe(false);
});

test('a step that was put off for three intervals cannot wait any longer', () => {
  const clock = new QuantumClock(timings, 0);
  expect(clock.due(5400)).toEqual({ canWait: true });
  expect(clock.due(5500)).toEqual({ canWait: false });
});
