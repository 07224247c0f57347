/** A place for all that the tests of a suite, and the CDK for them, leave in the temporary folder; taken away at the end. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let place: string | undefined;

/** Makes it; whoever is started from now on takes it for the temporary folder. */
export function setup(): void {
  place = mkdtempSync(join(tmpdir(), 'aerofault-tests-'));
  process.env['TMPDIR'] = place;
}

/** Takes it away with all that is in it. */
export function teardown(): void {
  if (place !== undefined) rmSync(place, { recursive: true, force: true });
}
