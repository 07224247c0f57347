import { expect, test } from 'vitest';
import { outputNamed } from '../../bin/cli/output-named.ts';

test.each([
  ['the stack of our own', { WorkflowArn: 'w' }, 'w'],
  ['a construct among others', { FaultsWorkflowArn: 'w', ShopUrl: 'u' }, 'w'],
  ['both: its own is meant', { WorkflowArn: 'w', FaultsWorkflowArn: 'v' }, 'w'],
  ['none of ours', { ShopUrl: 'u' }, undefined],
])('outputNamed() finds what is told by %s', (_, outputs, found) => {
  expect(outputNamed(new Map(Object.entries(outputs)), 'WorkflowArn')).toBe(found);
});

test('outputNamed() refuses to choose between two', () => {
  const outputs = new Map([
    ['OneWorkflowArn', 'a'],
    ['TwoWorkflowArn', 'b'],
  ]);
  expect(() => outputNamed(outputs, 'WorkflowArn')).toThrow(
    'Cannot tell WorkflowArn as one deployment of the stack must tell it: found OneWorkflowArn, TwoWorkflowArn',
  );
});
