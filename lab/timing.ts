import type { Timing } from '../core/timing.ts';

/**
 * The spans the lab sets instead of a deployment's. One machine answers in milliseconds, and its EC2 and
 * DynamoDB are consistent at once, so what is minutes of caution on AWS is seconds here. The code is
 * the same; only these numbers are not.
 */
export const labTiming: Timing = {
  prepareSeconds: 60,
  leadSeconds: 6,
  graceSeconds: 10,
  sliceSeconds: 5,
  proveSeconds: 7,
  recoverySeconds: 40,
  lambdaSeconds: 20,
  sentSeconds: 10,
  staleSeconds: 1,
};

/** The timing as the environment of a Lambda carries it. */
export function timingEnvironment(timing: Timing): Record<string, string> {
  return {
    PREPARE_SECONDS: String(timing.prepareSeconds),
    LEAD_SECONDS: String(timing.leadSeconds),
    GRACE_SECONDS: String(timing.graceSeconds),
    SLICE_SECONDS: String(timing.sliceSeconds),
    PROVE_SECONDS: String(timing.proveSeconds),
    RECOVERY_SECONDS: String(timing.recoverySeconds),
    LAMBDA_SECONDS: String(timing.lambdaSeconds),
    SENT_SECONDS: String(timing.sentSeconds),
    STALE_SECONDS: String(timing.staleSeconds),
  };
}
