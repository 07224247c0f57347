import type { Answer } from '../gateways.ts';

/** What a look at one step found: our mark, nothing of ours, or no answer. */
export type StepSeen =
  | {
      readonly kind: 'ours';
      readonly undo: () => Promise<Answer>;
      /** What others have put into it, which goes with it: a sentence each. */
      readonly takesAlong?: readonly string[];
    }
  | {
      readonly kind: 'absent';
      readonly restoredAt?: number;
      readonly restoredBy?: string;
      /** What people should know of it. */
      readonly says?: string;
    }
  | { readonly kind: 'unknown'; readonly reason: string };

/** Nothing of the run is there. */
export const absent: StepSeen = { kind: 'absent' };
