import { CommanderError } from 'commander';
import { Refusal, RoleDenied } from '../../core/refusal.ts';
import { BadExperiment, countedProblems } from '../../lib/bad-experiment.ts';
import { awsFailure } from './aws-failure.ts';
import { exitCodes } from './exit-codes.ts';
import { Interrupted } from './interrupted.ts';
import { tell } from './screen.ts';
import { MaybeStarted } from './start-run.ts';

/** Says why a command ended early; the answer is its exit code. */
export function exitCodeFor(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.refused;
  if (error instanceof Interrupted) {
    tell('Nothing was started.');
    return exitCodes.interrupted;
  }
  if (error instanceof BadExperiment) {
    process.stderr.write(`${error.message}\n${countedProblems(error)}\n`);
    return exitCodes.refused;
  }
  const { says, exitCode, isBug = false } = failureOf(error);
  if (isBug) process.stderr.write(`${error instanceof Error ? error.stack : says}\n`);
  else tell(says);
  if (error instanceof Refusal) tell('Nothing was touched.');
  return exitCode;
}

/** Why something could not be done, in one sentence, and the exit code that it means. */
export interface Failure {
  readonly says: string;
  readonly exitCode: number;
  /** Nobody expected it: whoever mends it wants to know where it came from. */
  readonly isBug?: true;
}

export function failureOf(error: unknown): Failure {
  const says = error instanceof Error ? error.message : String(error);
  if (error instanceof Refusal) return { says, exitCode: exitCodes.refused };
  if (error instanceof RoleDenied) return { says, exitCode: exitCodes.denied };
  if (error instanceof MaybeStarted) return { says, exitCode: exitCodes.goesOn };
  const ofAws = awsFailure(error, process.env['AWS_PROFILE']);
  return ofAws ?? { says, exitCode: exitCodes.bug, isBug: true };
}
