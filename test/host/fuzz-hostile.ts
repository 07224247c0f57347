import * as fc from 'fast-check';
import { goodValue, places } from './fuzz-good.ts';
import type { Place } from './fuzz-good.ts';
import { anywhere, particular } from './fuzz-values.ts';

/** A script with some parameters replaced by hostile values. */
export interface HostileCase {
  readonly script: Place['script'];
  readonly hostile: Readonly<Record<string, string>>;
}

/** Every value of its own for every parameter, and of what is hostile anywhere a third each, in turn. */
export const listed: readonly HostileCase[] = places.flatMap((place, turn) =>
  [...anywhere.filter((_, at) => at % 3 === turn % 3), ...(particular[place.name] ?? [])].map(
    (value) => only(place, value),
  ),
);

/** Parameters that have no list of their own yet: there should be none. */
export const unlisted: readonly string[] = places
  .map(({ name }) => name)
  .filter((name) => particular[name] === undefined);

function only({ script, name }: Place, value: string): HostileCase {
  return { script, hostile: { [name]: value } };
}

const symbols = ' \n\t"\'`$;|&<>(){}*?[]\\!#~-/.,:=%@0aZ';

/** Text with at least one character that no parameter takes, and no NUL: no environment can hold one. */
const strange = fc
  .tuple(text(12), fc.constantFrom(...anywhere), text(12))
  .map((parts) => parts.join(''));

function text(maxLength: number): fc.Arbitrary<string> {
  const unit = fc.oneof(
    fc.constantFrom(...symbols.split('')),
    fc.string({ unit: 'binary', maxLength: 1 }),
  );
  return fc
    .array(unit, { maxLength })
    .map((units) => units.join('').replaceAll('\0', ' ').toWellFormed());
}

/** A good value with something strange in it, or instead of it; now and then very long. */
function hostileValue(place: Place): fc.Arbitrary<string> {
  const value = goodValue(place);
  const at = fc.nat({ max: value.length });
  const within = fc
    .tuple(at, at, strange)
    .map(([from, to, bad]) => value.slice(0, from) + bad + value.slice(to));
  const long = fc
    .tuple(strange, fc.integer({ min: 10, max: 3_000 }))
    .map(([bad, times]) => `${value}${bad}`.repeat(times).slice(0, 60_000).toWellFormed());
  const own = particular[place.name] ?? [];
  return fc.oneof(
    { weight: 6, arbitrary: within },
    { weight: 3, arbitrary: strange },
    { weight: 2, arbitrary: fc.constantFrom(...own, ...anywhere) },
    { weight: 1, arbitrary: long },
  );
}

/** One to three parameters of one script, each hostile. */
export const hostileCases: fc.Arbitrary<HostileCase> = fc
  .constantFrom(...places)
  .chain((place) => {
    const others = places.filter(({ script }) => script === place.script);
    return fc.tuple(fc.constant(place), fc.subarray(others, { maxLength: 2 }));
  })
  .chain(([place, others]) => {
    const chosen = new Map([place, ...others].map((one) => [one.name, hostileValue(one)]));
    return fc
      .record(Object.fromEntries(chosen))
      .map((hostile) => ({ script: place.script, hostile }));
  });
