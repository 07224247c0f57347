import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const Package = z.object({ name: z.string(), version: z.string(), license: z.string() });

/** Licences under which code may be bundled and given away with ours. */
const permissive = new Set(['Apache-2.0', 'MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD']);

/**
 * The licences of bundled packages, each text once, after the packages it is of.
 *
 * @throws when a package has a licence that is not known to be permissive.
 */
export function thirdPartyLicences(folders: readonly string[]): string {
  const byText = new Map<string, string[]>();
  for (const folder of folders) {
    const { name, version, license } = Package.parse(
      JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')),
    );
    if (!permissive.has(license)) {
      throw new Error(
        `Cannot bundle ${name} as its licence must be of ${[...permissive].join(', ')}: found ${license}`,
      );
    }
    const text = textIn(folder) ?? textElsewhere(name, license);
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  const parts = [...byText].map(([text, names]) => `${[...new Set(names)].join('\n')}\n\n${text}`);
  return `The Lambdas of aerofault are one file that holds code of these packages.\n\n${parts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

/** Some packages name their licence and leave its text out. */
function textElsewhere(name: string, license: string): string {
  if (license === 'Apache-2.0') return 'The text of this licence is in the file LICENSE.';
  throw new Error(`Cannot bundle ${name} as the text of its licence must be there: found none`);
}

function textIn(folder: string): string | undefined {
  const file = readdirSync(folder).find((name) => /^licen[cs]e(\.|$)/i.test(name));
  return file === undefined ? undefined : readFileSync(join(folder, file), 'utf8').trim();
}
