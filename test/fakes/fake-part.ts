/** One part of a run on a machine: what a script was called with, and when it is in force. */

/** What a script is called with: the texts of its SSM parameters. */
export type Parameters = Readonly<Record<string, string>>;

/** The scripts that change a machine until an instant. */
export const changingScripts = ['cut', 'reroute', 'route', 'service', 'xdr'] as const;
export type ChangingScript = (typeof changingScripts)[number];

/** What stands on a machine for one part of a run. */
export interface FakePart {
  readonly runId: string;
  readonly part: string;
  readonly script: ChangingScript;
  readonly parameters: Parameters;
  /** Whether the kernel keeps its time; else it is in force for as long as it stands. */
  readonly byKernel: boolean;
}

/** Names a part of a run on a machine: no other run, and no other part, shares it. */
export const partKey = ({ RunId = '', Part = '0' }: Parameters): string => `${RunId}/${Part}`;

/** Whether the part does anything at that instant. */
export function isInForce(part: FakePart, now: number): boolean {
  if (!part.byKernel) return true;
  const { injectAt, restoreAt, onMs, periodMs } = timesOf(part);
  return now >= injectAt && now < restoreAt && (now - injectAt) % periodMs < onMs;
}

/** The instants at which the kernel switches the part, in order. */
export function switchesOf(part: FakePart): number[] {
  const { injectAt, restoreAt, onMs, periodMs } = timesOf(part);
  const switches: number[] = [];
  for (let at = injectAt; at < restoreAt; at += periodMs) {
    switches.push(at, Math.min(at + onMs, restoreAt));
  }
  return switches;
}

function timesOf({ parameters: { InjectAt, RestoreAt, Flap = 'none' } }: FakePart) {
  const [injectAt, restoreAt] = [Number(InjectAt), Number(RestoreAt)];
  const [on = restoreAt - injectAt, off = 0] =
    Flap === 'none' ? [] : Flap.split('-').map((seconds) => 1000 * Number(seconds));
  return { injectAt, restoreAt, onMs: on, periodMs: on + off };
}
