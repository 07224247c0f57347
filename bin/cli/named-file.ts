/** Files that a person named to be written: there as they should be, or refused in one sentence. */
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Refusal } from '../../core/refusal.ts';

/** Whether folders are made that are not there. */
interface Place {
  readonly folders?: boolean;
}

/** Writes a file. @throws Refusal where it cannot be written; no folder is made in vain. */
export function writeNamed(file: string, text: string, { folders = false }: Place = {}): void {
  let made: string | undefined;
  try {
    if (folders) made = mkdirSync(dirname(resolve(file)), { recursive: true });
    writeFileSync(file, text);
  } catch (cause) {
    if (made !== undefined) rmSync(made, { recursive: true });
    throw unwritable(file, cause);
  }
}

/**
 * Says that a file cannot be written before anybody works for it in vain; nothing is made or changed.
 *
 * @throws Refusal
 */
export function refuseUnwritable(file: string, { folders = false }: Place = {}): void {
  const place = resolve(file);
  try {
    if (isThere(place)) return accessSync(place, constants.W_OK);
    const folder = dirname(place);
    // With a dot, what is no folder is told apart from one.
    accessSync(`${folders ? nearest(folder) : folder}/.`, constants.W_OK);
  } catch (cause) {
    throw unwritable(file, cause);
  }
}

/** @throws whatever the system says of a place that can have no file. */
function isThere(place: string): boolean {
  const found = statSync(place, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) throw new Error('a folder');
  return found !== undefined;
}

/** The nearest folder above that is there. */
const nearest = (folder: string): string =>
  existsSync(folder) ? folder : nearest(dirname(folder));

function unwritable(file: string, cause: unknown): Refusal {
  return new Refusal(
    `Cannot write "${file}" as it must be a writable file in a folder that is there: found ${foundIn(cause)}`,
    { cause },
  );
}

function foundIn(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return 'code' in cause ? String(cause.code) : cause.message;
}
