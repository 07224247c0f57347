import { executionOf, ExecutionRecord } from '../../lab/cloud/execution.ts';
import type { Execution } from '../../lab/cloud/execution.ts';
import type { Assignment, ExecutionEvent } from '../../lab/cloud/execution-messages.ts';
import { asRuntimeError, interpret } from '../../lab/cloud/interpret.ts';
import { never } from './virtual-http.ts';

/**
 * Starts an execution in this process, which can die all the same: it ends by itself, or by `stop()` or
 * `kill()`, after which it invokes nothing more.
 */
export function startInProcess(assignment: Assignment): Execution {
  const record = new ExecutionRecord();
  const { executionArn: arn, machineArn, name, input } = assignment;
  const around = {
    tell: async (event: ExecutionEvent) => record.hear({ kind: 'event', event }),
    before: async () => {
      if (!record.running) await never();
    },
  };
  void interpret(assignment, around)
    .catch(asRuntimeError)
    .then((ending) => record.hear({ kind: 'ended', ending }));
  return executionOf(record, {
    arn,
    name,
    machineArn,
    input,
    startedAt: Date.now(),
    pid: undefined,
    stop: () => record.end({ status: 'ABORTED' }),
    kill: () => record.end({ status: 'LOST' }),
  });
}
