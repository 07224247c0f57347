/**
 * A request that aerofault declines: the operator's to fix, never retried.
 *
 * The message is one sentence in the house grammar: "Cannot X as Y must Z: found W". `name` is what
 * the state machine catches, so it must survive minifying.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** The run can no longer inject: somebody closed it, or its deadline has passed. Never retried. */
export class RunClosed extends Error {
  override readonly name = 'RunClosed';
}

/** Restore keeps failing: a person is needed. The sweeper goes on trying meanwhile. */
export class Stuck extends Error {
  override readonly name = 'Stuck';
}

/**
 * The account that the clusters are in does not let us in: what was to be done there certainly was not. A
 * Refusal as long as a run has touched nothing; restore tries again.
 */
export class RoleDenied extends Error {
  override readonly name = 'RoleDenied';
}
