import { isFiltered } from './contradiction.ts';
import type { Contradiction, Judged } from './contradiction.ts';

/** Most times that a fault goes on again in one hold: each is a rule of the kernel's. */
const onWindowsMax = 100;

/** What a share of packets or connections cannot be. */
export const ofIntensity: readonly Contradiction[] = [
  {
    found: (experiment) => experiment.intensity !== undefined && !isFiltered(experiment),
    must: ({ mechanism }) =>
      `intensity must be left out for ${mechanism}, which takes all or nothing: found one`,
  },
  {
    found: (experiment) => waysOfIntensity(experiment) === 0,
    must: () => "intensity must have one of 'percent' and 'every': found neither",
  },
  {
    found: (experiment) => waysOfIntensity(experiment) === 2,
    must: () => "intensity must have one of 'percent' and 'every': found both",
  },
  {
    found: ({ fault, intensity }) => fault.kind === 'reroute' && intensity?.per === 'packet',
    must: () => "intensity must be per connection for reroute, which turns those: found 'packet'",
  },
  {
    found: ({ fault, intensity, packets }) =>
      fault.kind !== 'reroute' &&
      intensity?.every !== undefined &&
      intensity.per === 'connection' &&
      packets === 'drop',
    must: () =>
      "packets must answer where every n-th connection is stopped, for a dropped one is tried again and counted again: found 'drop'",
  },
];

/** 1 where there is none to ask of. */
function waysOfIntensity({ intensity }: Judged): number {
  if (intensity === undefined) return 1;
  return [intensity.percent, intensity.every].filter((way) => way !== undefined).length;
}

/** What cannot go on and off. */
export const ofFlapping: readonly Contradiction[] = [
  {
    found: (experiment) => experiment.flapping !== undefined && !isFiltered(experiment),
    must: ({ mechanism }) =>
      `flapping must be left out for ${mechanism}, whose times no kernel keeps: found some`,
  },
  {
    found: (experiment) => cycleSeconds(experiment) > partSeconds(experiment),
    must: (experiment) =>
      `flapping must be on and off at least once in ${partSeconds(experiment)} s: found ${cycleSeconds(experiment)} s for both`,
  },
  {
    found: (experiment) => onWindows(experiment) > onWindowsMax,
    must: (experiment) =>
      `flapping must be on at most ${onWindowsMax} times: found ${onWindows(experiment)}`,
  },
];

function cycleSeconds({ flapping }: Judged): number {
  return flapping === undefined ? 0 : flapping.onSeconds + flapping.offSeconds;
}

function onWindows(experiment: Judged): number {
  const seconds = cycleSeconds(experiment);
  return seconds === 0 ? 0 : Math.ceil(partSeconds(experiment) / seconds);
}

const partSeconds = ({ window: { startMs, endMs } }: Judged): number => (endMs - startMs) / 1000;
