/**
 * Lines of aerofault that people paste. Each goes where the command went that prints it: what was said of the
 * deployment's place is kept here once, before a command begins, so that no line can forget it.
 */
import type { Command } from 'commander';

/** The options that say where a deployment is; what the environment says, it goes on saying. */
const places = ['stack', 'construct', 'region', 'profile'] as const;

let place: readonly string[] = [];

/** Keeps where a command goes, as far as its own words say it. */
export function keepPlace(command: Command): void {
  const said = places.filter((name) => command.getOptionValueSource(name) === 'cli');
  place = said.flatMap((name) => [`--${name}`, String(command.getOptionValue(name))]);
}

/** A command for people to paste into a shell. */
export const commandLine = (...words: readonly string[]): string =>
  ['aerofault', ...words, ...place].map(quoted).join(' ');

/** Options as words, those that have a value. */
export const optionWords = (options: Readonly<Record<string, string | undefined>>): string[] =>
  Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, value],
  );

/** A word as a shell takes it for one. */
const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
