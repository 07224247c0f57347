/** The bundle of Inject with a bug: it acts first and writes its intent afterwards. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '../..');

/** Makes it under a folder; answers the bundle's own. @throws when the engine has nothing to plant it in. */
export async function plantedInject(folder: string): Promise<string> {
  const out = join(folder, 'inject');
  mkdirSync(out, { recursive: true });
  await build({
    entryPoints: [join(root, 'lambda/main.ts')],
    outfile: join(out, 'index.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    logLevel: 'silent',
    plugins: [
      {
        name: 'note after acting',
        setup: (plugged) =>
          plugged.onLoad({ filter: /lambda\/engine\/inject\.ts$/ }, ({ path }) => ({
            contents: intentAfterwards(readFileSync(path, 'utf8')),
            loader: 'ts',
          })),
      },
    ],
  });
  return out;
}

function intentAfterwards(source: string): string {
  const writing =
    /( {2}const granted =[^]*?\n {2}\}\n)( {2}const answer = await applyStep[^\n]*\n)/;
  const planted = source.replace(writing, '$2$1');
  if (planted !== source) return planted;
  throw new Error('Cannot plant the bug as Inject must write its intent right before it acts');
}
