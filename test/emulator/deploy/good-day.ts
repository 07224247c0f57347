import type { DoorAnswer } from './lambda-door.ts';

/** What the Lambda of each state answers, one after the other. */
export type Answers = Readonly<Record<string, readonly DoorAnswer[]>>;

const soon = '2026-11-21T10:00:00Z';

/** What every Lambda answers on a day when all goes well, with keys for whatever a later state reads. */
export const answersOfAGoodDay: Answers = {
  Open: [{ payload: { runId: 'r1', execution: 'e1', says: 'opened' } }],
  Plan: [{ payload: { says: 'planned' } }],
  Baseline: [{ payload: { steady: true, says: 'steady' } }],
  TryRestore: [{ payload: { says: 'could be restored' } }],
  Arm: [{ payload: { says: 'armed' } }],
  Inject: [{ payload: { says: 'injected' } }],
  Prove: [{ payload: { until: soon, says: 'in force' } }],
  Watch: [
    { payload: { again: true, until: soon, says: 'held' } },
    { payload: { again: false, until: soon, says: 'over' } },
  ],
  Restore: [{ payload: { final: false, touched: true, lookAt: soon, says: 'undone' } }],
  ProveClean: [{ payload: { final: true, touched: true, lookAt: soon, says: 'clean' } }],
  AwaitRecovery: [{ payload: { again: false, lookAt: soon, says: 'recovered' } }],
  Report: [
    {
      payload: {
        outcome: 'confirmed',
        error: '',
        cause: '',
        says: 'confirmed',
        runId: 'r1',
        exitCode: 0,
        verdicts: null,
        link: null,
        notDelivered: [],
      },
    },
  ],
};

/** The state that a deployed function serves, from its name or ARN: both carry its id in the stack. */
export function stateOf(functionName: string): string {
  const found = Object.keys(answersOfAGoodDay).find((state) =>
    new RegExp(`-Functions${state}[0-9A-F]{8}-`).test(functionName),
  );
  return found ?? functionName;
}
