/**
 * Runs whose cluster is in another account, in virtual time: the bundles as they are, the stacks as the app
 * makes them for two accounts, an STS, and services that let only their own account's credentials in.
 */
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { buildAssembly } from '../../lab/build-assembly.ts';
import { clusterAccount, twoAccounts } from './target-of-the-lab.ts';
import { folderFor, poolFor } from './stage.ts';

const Told = z.object({
  calls: z.array(z.string()),
  strays: z.array(z.string()),
  result: z.object({
    status: z.string(),
    error: z.string().optional(),
    cause: z.string().optional(),
  }),
  life: z.string(),
  stuck: z.array(z.object({ stepId: z.string(), reason: z.string() })),
  left: z.array(z.string()),
  byHand: z.array(z.string()),
  leftAfter: z.array(z.string()),
  lifeAfter: z.string(),
});

const pool = poolFor([await buildAssembly(folderFor('two-accounts'), twoAccounts)]);
const play = (scene: string, takes?: string) => pool.ask({ kind: 'across', scene, takes }, Told);

/** By security groups; by scripts on hosts; with a login that is read there, too. */
const scenes = ['client-cut', 'isolate-one-node', 'isolate-secure-cluster'];

describe.each(scenes)('%s in another account', (scene) => {
  test('is confirmed and restored: what is home’s goes home, what is the cluster’s there, each as its role', async () => {
    const { calls, strays, result, life, left } = await play(scene);

    expect(result).toMatchObject({ status: 'SUCCEEDED' });
    expect({ strays, left, life }).toEqual({ strays: [], left: [], life: 'final' });
    const roles = new Set(calls.filter((call) => / (ec2|ssm) /.test(call)));
    expect(roles).toEqual(
      new Set([
        'Open ssm home', // The freeze switch.
        'Plan ec2 aerofault-plan',
        'Plan ssm aerofault-plan',
        'Baseline ssm aerofault-baseline',
        'Prove ssm aerofault-prove',
        'Watch ssm aerofault-prove',
        'ProveClean ssm aerofault-restore',
        'AwaitRecovery ssm aerofault-prove',
        ...(scene === 'client-cut'
          ? ['TryRestore', 'Restore', 'ProveClean', 'Inject'].map(
              (state) => `${state} ec2 aerofault-${state === 'Inject' ? 'inject' : 'restore'}`,
            )
          : ['Inject ssm aerofault-inject', 'Restore ssm aerofault-restore']),
      ]),
    );
    expect(calls).toContain('Plan dynamodb home');
    expect(calls).toContain('TryRestore sts home');
    expect(calls).toContain('Arm scheduler home');
    expect(calls).toContain('Report s3 home');
  });
});

describe('where the role of restore is deleted during the hold', () => {
  test('a fault by groups stays, is never called clean, and is told with the role; given back, it is restored', async () => {
    const told = await play('client-cut', 'aerofault-restore');

    expect(told.result.status).toBe('FAILED');
    expect(told.result.error).toBe('Aerofault.not-clean');
    expect(told.life).toBe('closed');
    expect(told.left).toContain('EC2 is not as before');
    expect(told.stuck.length).toBeGreaterThan(0);
    for (const { reason } of told.stuck) {
      expect(reason).toContain(
        `Cannot act in account ${clusterAccount} as its role aerofault-restore must let us assume it, see docs/accounts.md: found AccessDenied: User: `,
      );
    }
    expect(told.byHand).toContain(`# With credentials of account ${clusterAccount}:`);
    expect({ left: told.leftAfter, life: told.lifeAfter }).toEqual({ left: [], life: 'final' });
  });

  test('a fault on hosts is ended by their timers; the run is not called clean before anybody could look', async () => {
    const told = await play('isolate-one-node', 'aerofault-restore');

    expect(told.result.error).toBe('Aerofault.not-clean');
    expect(told.life).toBe('closed');
    expect(told.left.filter((one) => one.startsWith('in force on a host'))).toEqual([]);
    expect(told.stuck[0]?.reason).toContain('role aerofault-restore must let us assume it');
    expect({ left: told.leftAfter, life: told.lifeAfter }).toEqual({ left: [], life: 'final' });
  });
});

test.each([
  ['plan', 'Plan'],
  ['restore', 'TryRestore'],
])('without the role of %s a run is refused in %s, and nothing was touched', async (role) => {
  const told = await pool.ask(
    { kind: 'across', scene: 'isolate-one-node', takes: `aerofault-${role}`, from: 'start' },
    Told,
  );

  expect(told.result.error).toBe('Aerofault.refused');
  expect(told.result.cause).toContain(
    `Cannot act in account ${clusterAccount} as its role aerofault-${role} must let us assume it`,
  );
});
