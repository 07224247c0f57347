import * as z from 'zod';
import { AwsError } from './aws-error.ts';
import type { LambdaRuntime } from './lambda-runtime.ts';
import type { StepFunctions } from './step-functions.ts';

/** Starts what a rule or a schedule names; rejects when the target does not take the call. */
export type StartTarget = (targetArn: string, input: unknown) => Promise<void>;

const Start = z.object({
  StateMachineArn: z.string(),
  Name: z.string().optional(),
  Input: z.string().default('{}'),
});

/**
 * Start state machines by their ARN, Lambdas by theirs (without waiting for what comes of them), and
 * Scheduler's universal target `aws-sdk:sfn:startExecution`.
 */
export function startTargets(
  lambdas: Pick<LambdaRuntime, 'invoke'>,
  stepFunctions: () => StepFunctions,
): StartTarget {
  return async (targetArn, input) => {
    if (targetArn.includes(':stateMachine:')) {
      stepFunctions().startExecution(targetArn, { input });
    } else if (targetArn.endsWith(':aws-sdk:sfn:startExecution')) {
      const { StateMachineArn, Name, Input } = Start.parse(input);
      const name = Name === undefined ? {} : { name: Name };
      stepFunctions().startExecution(StateMachineArn, { ...name, input: JSON.parse(Input) });
    } else if (targetArn.includes(':lambda:')) {
      // As an asynchronous invocation: accepted at once, whatever the function makes of it.
      void lambdas.invoke(targetArn, input);
    } else {
      throw new AwsError('ValidationException', `The lab cannot start target ${targetArn}`);
    }
  };
}
