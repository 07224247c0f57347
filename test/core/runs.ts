import type { JournalWrite, RunItem } from '../../core/journal.ts';

/** An open run, at version 7, with its deadline at 1000. */
export function anItem(changes: Partial<RunItem> = {}): RunItem {
  return {
    runId: 'run1',
    execution: 'arn:1',
    cluster: 'orders',
    life: 'open',
    version: 7,
    openedAt: 100,
    deadlineAt: 1000,
    intents: {},
    pending: [],
    ...changes,
  };
}

/** One write of every kind. */
export const writes = {
  create: { kind: 'create', item: anItem({ life: 'opening', version: 0 }) },
  begin: { kind: 'begin', at: 500 },
  arm: { kind: 'arm', injectAt: 600, restoreAt: 700, deadlineAt: 900 },
  intend: { kind: 'intend', stepId: 's1', attempt: 'a1', at: 500 },
  'intend-undo': { kind: 'intend-undo', attempt: 'a2', at: 500 },
  settle: { kind: 'settle', attempt: 'a1', at: 500 },
  close: { kind: 'close', by: 'person', at: 500 },
  stick: { kind: 'stick', steps: [{ stepId: 's1', reason: 'silent' }], at: 500 },
  finish: { kind: 'finish', version: 7, at: 500 },
  'reopen-restore': { kind: 'reopen-restore', at: 500 },
} as const satisfies Record<JournalWrite['kind'], JournalWrite>;
