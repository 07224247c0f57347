import { CommanderError } from 'commander';
import { Refusal, RoleDenied } from '../../core/refusal.ts';
import { BadExperiment, countedProblems } from '../../lib/bad-experiment.ts';
import { awsFailure } from './aws-failure.ts';
import { exitCodes } from './exit-codes.ts';
import { Interrupted } from './interrupted.ts';
import { tell } from './screen.ts';

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
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Refusal) {
    tell(message);
    tell('Nothing was touched.');
    return exitCodes.refused;
  }
  if (error instanceof RoleDenied) {
    tell(message);
    return exitCodes.denied;
  }
  const ofAws = awsFailure(error, process.env['AWS_PROFILE']);
  if (ofAws !== undefined) {
    tell(ofAws.says);
    return ofAws.exitCode;
  }
  process.stderr.write(`${error instanceof Error ? error.stack : message}\n`);
  return exitCodes.bug;
}
