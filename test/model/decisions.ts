import { transition } from '../../core/journal.ts';
import {
  afterLook,
  afterRecheck,
  attemptOf,
  mayContinue,
  mayRelease,
  maySettle,
  restoreTask,
  sweepTask,
  toLookAt,
} from '../../core/protocol.ts';

/** What the model's processes decide with: the very functions of core/, none of them copied. */
export const decisions = {
  transition,
  mayContinue,
  toLookAt,
  restoreTask,
  afterLook,
  sweepTask,
  afterRecheck,
  mayRelease,
  attemptOf,
  maySettle,
};

/** The same, where a mutant may put another function in the place of one. */
export type Decisions = typeof decisions;
