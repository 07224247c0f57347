import { CommanderError } from 'commander';
import { Refusal } from '../../core/refusal.ts';
import { BadExperiment, countedProblems } from '../../lib/bad-experiment.ts';
import { exitCodes } from './exit-codes.ts';
import { Interrupted } from './interrupted.ts';
import { tell } from './screen.ts';

/** Codes of AWS and the SDK that say "you may not". */
const denied = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AuthFailure',
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'TokenProviderError',
  'UnauthorizedOperation',
  'UnrecognizedClientException',
]);

/** Whether AWS does not let us in. */
export function isDenied(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return denied.has(error.name) || error.message.startsWith('Region is missing');
}

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
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) };
  if (error instanceof Refusal) {
    tell(message);
    tell('Nothing was touched.');
    return exitCodes.refused;
  }
  if (isDenied(error)) {
    tell(`Cannot use AWS as it must let us in: found ${name}: ${message}`);
    return exitCodes.denied;
  }
  process.stderr.write(`${error instanceof Error ? error.stack : message}\n`);
  return exitCodes.bug;
}
