import { expect, test } from 'vitest';
import { runTargetOf } from '../../lambda/run-target.ts';

test('runTargetOf() reads the run, or the execution that it came from, and by whom', () => {
  expect(runTargetOf({ runId: 'k3x9', by: 'person' })).toMatchObject({
    runId: 'k3x9',
    by: 'person',
  });
  expect(runTargetOf({ execution: 'arn:aws:states:x', by: 'status-change' })).toMatchObject({
    runId: expect.stringMatching(/^[a-z0-9]{12}$/),
    by: 'status-change',
  });
});

test.each([
  [{}, /^Cannot tell the run as the input must have 'runId' or 'execution': found neither$/],
  [{ runId: 'K3 X9' }, /^Cannot tell the run as 'runId' must be right: found /],
  [{ runId: 'k3', by: 'me' }, /^Cannot tell the run as 'by' must be right: found /],
  ['k3x9', /^Cannot tell the run as the input must be right: found /],
])('runTargetOf() refuses %j in one sentence', (input, sentence) => {
  expect(() => runTargetOf(input)).toThrow(sentence);
  expect(() => runTargetOf(input)).toThrow(expect.objectContaining({ name: 'Refusal' }));
});
