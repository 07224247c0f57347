import { describe, expect, test } from 'vitest';
import { answerKeys } from '../../lib/lambda-task.ts';
import { clientCut, partition } from '../fakes/example-cluster.ts';
import { restoreMachine, runWorkflow } from '../fakes/workflow.ts';
import type { Invoke } from '../fakes/workflow.ts';
import { World } from '../fakes/world.ts';

/**
 * The state machine picks each answer's keys by name; a key that is missing ends the execution in a way
 * that no Catch sees. So every answer of every state must have them, however the run goes.
 */
function listener(): { invoke: Invoke; missing: string[]; states: Set<string> } {
  const missing: string[] = [];
  const states = new Set<string>();
  const invoke: Invoke = async (state, handler) => {
    const answer = await handler();
    states.add(state);
    const keys: readonly string[] = Reflect.get(answerKeys, state) ?? ['says'];
    const has = Object.keys(Object(answer));
    missing.push(...keys.filter((key) => !has.includes(key)).map((key) => `${state}.${key}`));
    return answer;
  };
  return { invoke, missing, states };
}

describe('every state answers with the keys that the state machine picks', () => {
  test.each([partition, clientCut])('in a run of $name', async (input) => {
    const { invoke, missing, states } = listener();
    await runWorkflow(new World({}).gateways(), { runId: 'run1', input, invoke });

    expect(missing).toEqual([]);
    expect([...states]).toEqual(expect.arrayContaining(Object.keys(answerKeys)));
  });

  test('in a run that the plan refuses', async () => {
    const { invoke, missing, states } = listener();
    const input = { ...clientCut, fault: { kind: 'client-cut', clients: ['nobody'] } };
    await runWorkflow(new World({}).gateways(), { runId: 'run1', input, invoke });

    expect(missing).toEqual([]);
    expect([...states]).toEqual(['Open', 'Restore', 'Report']);
  });

  test('in the restore of a run that never was', async () => {
    const { invoke, missing } = listener();
    await restoreMachine(new World({}).gateways(), { runId: 'none', by: 'person', invoke });

    expect(missing).toEqual([]);
  });
});
