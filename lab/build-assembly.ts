import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleLambdas, ownPlaces } from '../scripts/bundle.ts';
import { compileCache } from './compile-cache.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Bundles the Lambdas and synthesises the stacks under a folder of this rehearsal's own. `choices` is context
 * for the app, as `cdk -c` gives it.
 *
 * @returns the folder of the assembly. @throws with the tool's own words when either fails.
 */
export async function buildAssembly(
  folder: string,
  choices: Readonly<Record<string, string>> = {},
): Promise<string> {
  const bundles = join(folder, 'bundles');
  const assembly = join(folder, 'cdk.out');
  await bundleLambdas({ ...ownPlaces, outDir: bundles });
  const context = JSON.stringify({ bundles, ...choices });
  await node(['bin/app.ts'], { CDK_OUTDIR: assembly, CDK_CONTEXT_JSON: context });
  return assembly;
}

function node(words: readonly string[], environment: Record<string, string>): Promise<void> {
  const child = spawn(process.execPath, words, {
    cwd: root,
    env: { ...process.env, ...compileCache, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => said.push(text));
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else
        reject(
          new Error(
            `Cannot run ${words.join(' ')} as it must end with 0: found ${code}: ${said.join('')}`,
          ),
        );
    });
  });
}
