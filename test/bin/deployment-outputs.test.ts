import { CfnOutput, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';
import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { deploymentOutputs } from '../../bin/cli/deployment-outputs.ts';
import { Refusal } from '../../core/refusal.ts';
import { Aerofault } from '../../lib/aerofault.ts';
import { HostDocuments } from '../../lib/host-documents.ts';
import { grammar } from '../core/inventories.ts';
import { anApp, stubBundles } from '../lib/synthesised.ts';
import { deployed } from './deployed.ts';
import { openRun, runId } from './open-run.ts';

/** What the command line makes of a stack with one deployment or several, and with things of its own. */

/** The outputs of a stack with deployments at these places, each named by the output's own name. */
function outputsOf(...paths: readonly string[]): ReadonlyMap<string, string> {
  const stack = new Stack(anApp(), 'Shop');
  const hostDocuments = HostDocuments.fromDocumentPrefix('Aerofault');
  const props = { bundles: stubBundles(), hostDocuments };
  for (const path of paths) {
    const [id = '', within] = path.split('/').toReversed();
    const scope = within === undefined ? stack : new Construct(stack, within);
    void new Aerofault(scope, id, props);
  }
  new CfnOutput(stack, 'Orders', { value: 'w' }).overrideLogicalId('WorkflowArn');
  new CfnOutput(stack, 'Other', { value: 'r' }).overrideLogicalId('OrdersRestoreMachineArn');
  const told = z.record(z.string(), z.unknown()).parse(Template.fromStack(stack).findOutputs('*'));
  return new Map(Object.keys(told).map((name) => [name, `the value of ${name}`]));
}

const choosing = (outputs: ReadonlyMap<string, string>, construct?: string) => () =>
  deploymentOutputs(outputs, { stack: 'Shop', construct });

describe('deploymentOutputs()', () => {
  let one: ReadonlyMap<string, string>;
  let several: ReadonlyMap<string, string>;
  beforeAll(() => {
    one = outputsOf('Faults');
    several = outputsOf('Blue', 'Back-end/Green');
  });

  test('are those of the one deployment, and never what the stack tells under the same name', () => {
    const found = deploymentOutputs(one, { stack: 'Shop' });

    expect(one.has('WorkflowArn')).toBe(true);
    expect(found.get('WorkflowArn')).toBe('the value of FaultsWorkflowArn');
    expect(found.get('RestoreMachineArn')).toBe('the value of FaultsRestoreMachineArn');
  });

  test('are those of the stack itself where it is the deployment', () => {
    const outputs = deploymentOutputs(one, { stack: 'Shop' });

    expect(deploymentOutputs(outputs, { stack: 'Aerofault' })).toEqual(outputs);
    expect(deploymentOutputs(outputs, { stack: 'Aerofault', construct: 'Default' })).toEqual(
      outputs,
    );
  });

  test.each([
    { construct: 'Blue', named: 'Blue' },
    { construct: 'Back-end/Green', named: 'BackendGreen' },
    { construct: 'BackendGreen', named: 'BackendGreen' },
  ])('are those of --construct $construct among several', ({ construct, named }) => {
    const found = deploymentOutputs(several, { stack: 'Shop', construct });

    expect(found.get('WorkflowArn')).toBe(`the value of ${named}WorkflowArn`);
    expect(found.get('FreezeParameterName')).toBe(`the value of ${named}FreezeParameterName`);
  });

  test.each([
    { construct: undefined, says: /must be one of BackendGreen, Blue: found none$/ },
    { construct: 'Green', says: /must be one of BackendGreen, Blue: found "Green"$/ },
    { construct: '', says: /must be one of BackendGreen, Blue: found ""$/ },
  ])('are nobody’s to choose among several with $construct', ({ construct, says }) => {
    expect(choosing(several, construct)).toThrow(Refusal);
    expect(choosing(several, construct)).toThrow(says);
    expect(choosing(several, construct)).toThrow(grammar);
  });

  test('are none of another construct than the one there is, nor of a stack without any', () => {
    const none = choosing(new Map([['WorkflowArn', 'w']]));

    expect(choosing(one, 'Green')).toThrow(/must be one of Faults: found "Green"$/);
    expect(none).toThrow(/^Cannot use stack "Shop" as .* of a deployment: found WorkflowArn \(/);
    expect(none).toThrow(grammar);
  });
});

describe('a stack with several deployments', () => {
  test('is asked by --construct', async () => {
    const { journal, started, aerofault } = await deployed();
    await openRun(journal);
    const shop = ['--stack', 'Shop'];
    const blue = await aerofault('abort', runId, ...shop, '--construct', 'Blue');
    const any = await aerofault('abort', runId, ...shop);

    expect({ code: blue.code, started }).toEqual({ code: 0, started: [{ runId, by: 'person' }] });
    expect(any.stderr).toBe(
      'Cannot tell which deployment of stack "Shop" is meant as --construct must be one of Blue, Green: found none\nNothing was touched.\n',
    );
    expect(any.code).toBe(2);
  });

  test('plan and doctor want the stack of a construct', async () => {
    const { aerofault } = await deployed();
    const words = ['plan', 'examples/halves.json', '--construct', 'Blue'];
    const { code, stderr } = await aerofault(...words);

    expect(stderr).toBe(
      'Cannot look where construct "Blue" acts as --stack must name its stack: found none\nNothing was touched.\n',
    );
    expect(code).toBe(2);
  });
});
