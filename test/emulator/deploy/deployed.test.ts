import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startDeployed } from './deployed.ts';
import type { Deployed } from './deployed.ts';
import { journalKeepsItsConditions } from './journal-on.ts';
import { patienceMs } from './run-on.ts';
import { beginRuns } from './runs.ts';
import type { Runs } from './runs.ts';
import { definitionsOnMoto } from './definitions-on-moto.ts';
import { stackThatGoes } from './stack-that-goes.ts';
import { rowsOfStates } from './rows-of-states.ts';

/**
 * The app as `cdk deploy` makes it, on AWS services that somebody else wrote. EC2 and SSM are the lab's,
 * machines and Aerospike the fakes; nothing leaves this machine.
 */
const place = inject('ministack');

if ('reason' in place) {
  test('the app can be deployed', ({ skip }) => {
    if (process.env['CI'] === 'true' && place.isTrouble) throw new Error(place.reason);
    skip(place.reason);
  });
} else {
  let deployed: Deployed | undefined;
  let runs: Runs | undefined;
  const there = (): Deployed => {
    if (deployed !== undefined) return deployed;
    throw new Error('Cannot use the deployment as it must have been made: found none');
  };
  beforeAll(async () => {
    deployed = await startDeployed(place.ministack, [
      'cut',
      'isolated',
      'stopped',
      'vanished',
      'swept',
      'on-moto',
      'deleted',
    ]);
    const took = Object.entries(deployed.took).map(([what, ms]) => `${what} ${ms / 1000} s`);
    runs = beginRuns(deployed);
    process.stdout.write(`Deployed to ministack: ${took.join(', ')}\n`);
  });
  afterAll(() => deployed?.stop());

  test('the stack has the parts that a run needs', () => {
    expect(there().workflowArn).toContain(':stateMachine:');
    expect(there().restoreMachineArn).toContain(':stateMachine:');
  });
  describe('the journal on ministack', () => journalKeepsItsConditions(there));
  describe('the deployed definitions on moto', () => definitionsOnMoto(there, place.moto));
  describe('what interpreters do otherwise', () => rowsOfStates(there, place.moto));

  // They began with the deployment, and mostly wait.
  test.for([
    ['cut', 'that cuts clients off by security groups goes to its report'],
    ['isolated', 'that isolates a node by scripts on hosts goes to its report'],
    ['stopped', 'that is stopped in the hold is restored by the rule on status changes'],
    ['vanished', 'whose end nobody hears of is restored by its one-time schedule'],
    ['swept', 'whose schedule is gone, too, is restored by the sweeper'],
  ] as const)('a run (%s) %s', { timeout: 3 * patienceMs }, async ([name]) => {
    await runs?.[name];
    expect(runs).toBeDefined();
  });
  describe('the stack', () =>
    stackThatGoes(there, () => {
      return runs?.deleted ?? Promise.reject(new Error('Cannot wait for a run as none has begun'));
    }));
}
