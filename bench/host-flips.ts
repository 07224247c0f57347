import type { ChildProcess } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { goodParameters } from '../test/host/fuzz-good.ts';
import { makeHost, peers, said } from '../test/host/namespaces.ts';
import type { Host } from '../test/host/namespaces.ts';

/** When one host's filter switched, in milliseconds after the asked instants, as its own packets saw it. */
export interface Flips {
  readonly on: number;
  readonly off: number;
  /** The longest time between the two packets that a switch was between: the error of `on` and `off`. */
  readonly within: number;
  /** Who kept the time, as the script says. */
  readonly switch: 'kernel' | 'script';
}

const prober = fileURLToPath(new URL('flip-prober.py', import.meta.url));
const port = '3001';
const heldMs = 3_000;

/**
 * Cuts so many hosts at one instant and watches each switch on and off. With `early` every host is armed before,
 * and the kernel switches; otherwise InjectAt is between two seconds, which no kernel match can name, and the
 * script switches.
 *
 * @throws when a host does not cut, or never switches.
 */
export async function watchFlips(count: number, early: boolean): Promise<Flips[]> {
  const hosts = await Promise.all(Array.from({ length: count }, () => makeHost()));
  try {
    const injectAt = (Math.ceil(Date.now() / 1_000) + 8) * 1_000 + (early ? 0 : 500);
    const restoreAt = injectAt + heldMs;
    const instants = [injectAt, restoreAt].map(String);
    const probers = hosts.map((host) =>
      host.start(['python3', prober, peers.p1.ip4, port, ...instants]),
    );
    const parameters = {
      ...goodParameters('cut'),
      RunId: 'skew',
      InjectAt: String(injectAt),
      RestoreAt: String(restoreAt),
      Ports: port,
      Peers: peers.p1.ip4,
    };
    const cuts = await Promise.all(hosts.map((host) => cutOn(host, parameters)));
    return await Promise.all(
      probers.map(async (child, index) => flipsOf(await seen(child), cuts[index] ?? 'script')),
    );
  } finally {
    for (const host of hosts) host.end();
  }
}

async function cutOn(
  host: Host,
  parameters: Readonly<Record<string, string>>,
): Promise<Flips['switch']> {
  const { json } = await said(host.startScript('cut', parameters));
  if (json['outcome'] !== 'applied') {
    throw new Error(`Cannot bench as a cut must be applied: found ${JSON.stringify(json)}`);
  }
  return json['switch'] === 'kernel' ? 'kernel' : 'script';
}

async function seen({ stdout, stderr }: ChildProcess): Promise<string> {
  if (stdout === null || stderr === null) throw new Error('Cannot bench without pipes');
  const [printed, complaints] = await Promise.all([text(stdout), text(stderr)]);
  if (/never/.test(printed) || complaints !== '') {
    throw new Error(`Cannot bench as every host must switch: found ${printed} ${complaints}`);
  }
  return printed;
}

function flipsOf(printed: string, by: Flips['switch']): Flips {
  const [onBefore = NaN, onAfter = NaN, offBefore = NaN, offAfter = NaN] = printed
    .trim()
    .split(/\s+/)
    .map(Number);
  return {
    on: (onBefore + onAfter) / 2,
    off: (offBefore + offAfter) / 2,
    within: Math.max(onAfter - onBefore, offAfter - offBefore),
    switch: by,
  };
}

/** What a row of the bench says of some flips, all in milliseconds. */
export function figuresOf(flips: readonly Flips[]) {
  const on = flips.map((flip) => flip.on);
  return {
    fromInjectAt: on.map(Math.abs),
    apart: Math.max(...on) - Math.min(...on),
    duration: flips.map((flip) => Math.abs(flip.off - flip.on)),
    error: Math.max(...flips.map(({ within }) => within)),
  };
}
