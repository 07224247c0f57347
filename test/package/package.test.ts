import { createHash } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { apps } from './apps.ts';
import { anAppWith, bareNode, packed, run, runAlone } from './packed.ts';

const bin = resolve(import.meta.dirname, '../../node_modules/.bin');
const megabyte = 1_048_576;
const parsed = <T extends z.ZodType>(shape: T, path: string): z.infer<T> =>
  shape.parse(JSON.parse(readFileSync(path, 'utf8')));
const sha256 = (path: string): string =>
  createHash('sha256').update(readFileSync(path)).digest('hex');

const Template = z.object({
  Resources: z.record(
    z.string(),
    z.object({ Type: z.string(), Properties: z.looseObject({}).default({}) }),
  ),
});
const LambdaManifest = z.object({ bytes: z.number(), sha256: z.string() });

let folder: string;
let tarball: string;
beforeAll(async () => {
  ({ folder, tarball } = await packed());
});

describe('the tarball', () => {
  test('is at most 3 MB', () => {
    expect(statSync(tarball).size).toBeLessThan(3 * megabyte);
  });

  test('holds what it should, and no sources, tests or lab', () => {
    const names = run('tar', ['-tzf', tarball], folder).trim().split('\n');
    const tops = new Set(names.map((name) => name.split('/')[1] ?? ''));
    expect([...tops].toSorted()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'NOTICE',
      'README.md',
      'THIRD-PARTY-LICENSES.txt',
      'aerofault-target.template.json',
      'js',
      'lambda',
      'lambda.json',
      'package.json',
      'schema',
    ]);
    expect(names.filter((name) => /(?<!\.d)\.ts$|\/test\/|\/lab\/|\.map$/.test(name))).toEqual([]);
    expect(names).toContain('package/js/host/common.sh');
    expect(names).toContain('package/js/host/markers.cjs');
  });

  test('tells the SHA-256 of the Lambdas’ program', () => {
    const told = parsed(LambdaManifest, join(folder, 'lambda.json'));
    expect(told.sha256).toBe(sha256(join(folder, 'lambda/index.mjs')));
    expect(told.bytes).toBe(statSync(join(folder, 'lambda/index.mjs')).size);
  });

  test('is the same, byte for byte, when it is made again', async () => {
    const again = await packed();
    expect(sha256(again.tarball)).toBe(sha256(tarball));
  });

  test('has the licence of every package in the program', () => {
    const text = readFileSync(join(folder, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
    for (const name of ['@aws-sdk/client-ec2', '@smithy/core', 'zod']) expect(text).toContain(name);
    expect(text).toContain('Apache License');
    expect(text).toContain('MIT License');
  });

  test('is what publint and attw ask for', () => {
    expect(run(join(bin, 'publint'), ['run', tarball, '--strict'], folder)).toContain('All good!');
    // It exits with 1 for a problem of any entry, but for those of readers that know no ESM.
    const attw = run(join(bin, 'attw'), [tarball, '--profile', 'esm-only'], folder);
    expect(attw).toMatch(/"aerofault"\s+node16 \(from ESM\): 🟢 \(ESM\)/);
  });
});

describe.each(['commonjs', 'esm'] as const)('an app of %s', (kind) => {
  const { program, files } = apps[kind];
  let app: string;
  beforeAll(() => {
    app = anAppWith(tarball, files);
  });

  test('synthesises with no network and no program but Node, and cdk-nag finds nothing', () => {
    runAlone(program, app, bareNode(app));
    const { Resources } = parsed(Template, join(app, 'cdk.out/Shop.template.json'));
    const types = Object.values(Resources).map(({ Type }) => Type);
    const count = (type: string): number => types.filter((one) => one === type).length;
    expect(count('AWS::Lambda::Function')).toBeGreaterThanOrEqual(15);
    expect(count('AWS::SSM::Document')).toBeGreaterThanOrEqual(10);
    expect(count('AWS::StepFunctions::StateMachine')).toBe(3);
    expect(count('AWS::Scheduler::Schedule')).toBe(1);
    const documents = JSON.stringify(
      Object.values(Resources).filter(({ Type }) => Type === 'AWS::SSM::Document'),
    );
    expect(documents).toContain('iptables-restore');
  });

  test('has the published program as its Lambdas’ asset', () => {
    const Assets = z.object({
      files: z.record(z.string(), z.object({ source: z.object({ path: z.string() }) })),
    });
    const { files: assets } = parsed(Assets, join(app, 'cdk.out/Shop.assets.json'));
    const folders = Object.values(assets).filter(({ source }) => source.path.startsWith('asset.'));
    expect(folders).toHaveLength(1);
    const asset = join(app, 'cdk.out', folders[0]!.source.path, 'index.mjs');
    expect(sha256(asset)).toBe(parsed(LambdaManifest, join(folder, 'lambda.json')).sha256);
  });

  test('is checked by the compiler', () => {
    expect(run(join(bin, 'tsc'), ['--project', '.'], app)).toBe('');
    const wrong = join(app, 'wrong.ts');
    writeFileSync(
      wrong,
      readFileSync(join(app, 'app.ts'), 'utf8').replace('clusters:', 'cluster:'),
    );
    const words = ['--module', 'nodenext', '--noEmit', '--types', 'node', '--ignoreConfig', wrong];
    expect(() => run(join(bin, 'tsc'), words, app)).toThrow();
  });

  test('tells a typo in an experiment with its line and column, and what was meant', () => {
    const typo = anExperiment(app, (text) => text.replace('holdSeconds', 'holdSecond'));
    try {
      expect(() => runAlone(program, app, { PATH: '', CDK_OUTDIR: join(app, 'none') })).toThrow(
        /isolate\.yaml:\d+:1 {2}Cannot read experiment as every key must be known: found "holdSecond"\. Did you mean "holdSeconds"\?/,
      );
    } finally {
      typo();
    }
  });

  test('has the command line', () => {
    const help = run('npx', ['--no-install', 'aerofault', '--help'], app);
    expect(help).toMatch(/^Usage: aerofault/);
    expect(help).toContain('doctor');
  });
});

test('cdk synth reads such an app', () => {
  const app = anAppWith(tarball, apps.esm.files);
  const words = ['synth', '--quiet', '--app', `node ${apps.esm.program}`, '--no-notices'];
  run(join(bin, 'cdk'), words, app, { CI: 'true' });
  expect(
    Object.keys(parsed(Template, join(app, 'cdk.out/Shop.template.json')).Resources).length,
  ).toBeGreaterThan(100);
});

/** Changes the experiment's file; what is answered changes it back. */
function anExperiment(app: string, change: (text: string) => string): () => void {
  const path = join(app, 'isolate.yaml');
  const before = readFileSync(path, 'utf8');
  writeFileSync(path, change(before));
  return () => writeFileSync(path, before);
}
