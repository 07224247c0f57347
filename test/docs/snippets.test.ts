/** TypeScript in the documentation compiles against what the package offers. */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const folder = join(root, `node_modules/.cache/aerofault/snippets-${process.pid}`);

const blocks = readdirSync(join(root, 'docs'))
  .filter((name) => name.endsWith('.md'))
  .flatMap((page) =>
    [...readFileSync(join(root, 'docs', page), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)].map(
      ([, text = ''], at) => ({ page, at, text }),
    ),
  );

/** What a fragment may take for granted: the first block of construct.md, and who is who. */
const around = (fragment: string): string => `
import { App, Duration, Stack, TimeZone } from 'aws-cdk-lib';
import { EventField, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Aerofault, Experiment, HostDocuments } from 'aerofault';
declare const app: App;
declare const faults: Aerofault;
declare const developers: IRole;
declare const onCall: IRole;
export class Shop extends Stack {
  make(): void {
    ${fragment}
  }
}
export const used = [Duration, TimeZone, EventField, RuleTargetInput, SfnStateMachine, ScheduleExpression, Aerofault, Experiment, HostDocuments, app, faults, developers, onCall];
`;

/** What the compiler says of these files; nothing where they are right. */
async function compilerOn(files: Readonly<Record<string, string>>): Promise<string> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const settings = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: { paths: { aerofault: [join(root, 'lib/entry.ts')] } },
    include: ['*.ts'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings));
  const tsc = join(root, 'node_modules/.bin/tsc');
  return promisify(execFile)(tsc, ['--project', folder]).then(
    ({ stdout }) => stdout,
    (error: unknown) => String(Reflect.get(Object(error), 'stdout')),
  );
}

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('every block of TypeScript compiles', async () => {
  expect(blocks.length).toBeGreaterThan(5);
  const files = blocks.map(({ page, at, text }) => [
    `${page}-${at}.ts`,
    text.startsWith('import ') ? text : around(text),
  ]);
  expect(await compilerOn(Object.fromEntries(files))).toBe('');
});

test('one that is wrong would not', async () => {
  const wrong = around("new Aerofault(this, 'Faults', { cluster: ['orders'] });");
  expect(await compilerOn({ 'wrong.ts': wrong })).toContain("'cluster' does not exist");
});
