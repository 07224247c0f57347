import * as z from 'zod';

/**
 * The journal's run item, and the only ways in which it may change.
 *
 * Every write is a value, {@link JournalWrite}; {@link transition} decides it. The DynamoDB adapter turns
 * the same values into conditional updates, and a test holds the two to the same answers. The rules in
 * brackets are those of the restore protocol (docs/safety.md).
 */

/** A run lives `opening → open → closed → final`; a recheck may take `final` back to `closed` [15]. */
export const Life = z.enum(['opening', 'open', 'closed', 'final']);
export type Life = z.infer<typeof Life>;

/** Who closed or restored a run: the workflow, or one of the other ways out. */
export const Actor = z.enum(['workflow', 'schedule', 'status-change', 'sweeper', 'person']);
export type Actor = z.infer<typeof Actor>;

/** A step that restore could not end, and why. */
export const StuckStep = z.strictObject({ stepId: z.string(), reason: z.string().max(300) });
export type StuckStep = z.infer<typeof StuckStep>;

/** One run's item. Times are epoch milliseconds by the writer's clock. */
export const RunItem = z.strictObject({
  runId: z.string(),
  execution: z.string().meta({ description: 'ARN; a retry of the same execution is the same run' }),
  cluster: z.string(),
  life: Life,
  version: z
    .int()
    .meta({ description: 'Grows with every write that a last look must not miss [11]' }),
  openedAt: z.int(),
  deadlineAt: z.int().meta({ description: 'No step may be in force after it' }),
  injectAt: z.int().optional(),
  restoreAt: z.int().optional(),
  intents: z
    .record(z.string(), z.int())
    .meta({ description: 'Step id → when an apply was first intended; never taken back [6]' }),
  pending: z.array(z.string()).meta({
    description: 'Attempts without a definite answer yet; `unsettled` of the protocol [10]',
  }),
  lastMutationAt: z.int().optional(),
  closedAt: z.int().optional(),
  closedBy: Actor.optional(),
  finalAt: z.int().optional(),
  stuckSince: z
    .int()
    .optional()
    .meta({ description: 'Restore has failed for so long that a person is needed' }),
  stuckSteps: z
    .array(StuckStep)
    .optional()
    .meta({ description: 'Which steps, as of the last try' }),
});
export type RunItem = z.infer<typeof RunItem>;

/** A change of a run item, with what it needs to know. */
export type JournalWrite =
  | { readonly kind: 'create'; readonly item: RunItem }
  | { readonly kind: 'begin'; readonly at: number }
  | {
      readonly kind: 'arm';
      readonly injectAt: number;
      readonly restoreAt: number;
      readonly deadlineAt: number;
    }
  | {
      readonly kind: 'intend';
      readonly stepId: string;
      readonly attempt: string;
      readonly at: number;
    }
  | { readonly kind: 'intend-undo'; readonly attempt: string; readonly at: number }
  | { readonly kind: 'settle'; readonly attempt: string; readonly at: number }
  | { readonly kind: 'close'; readonly by: Actor; readonly at: number }
  | { readonly kind: 'stick'; readonly steps: readonly StuckStep[]; readonly at: number }
  | { readonly kind: 'finish'; readonly version: number; readonly at: number }
  | { readonly kind: 'reopen-restore'; readonly at: number };

/** The item after a write, or why the write's condition does not hold. */
export type WriteAnswer =
  | { readonly written: true; readonly item: RunItem }
  | { readonly written: false; readonly item: RunItem | undefined };

/** Decides one write against the item as it stands. Pure; the store makes it atomic. */
export function transition(item: RunItem | undefined, write: JournalWrite): WriteAnswer {
  const next = item === undefined ? created(write) : changed(item, write);
  return next === undefined ? { written: false, item } : { written: true, item: next };
}

function created(write: JournalWrite): RunItem | undefined {
  return write.kind === 'create' ? write.item : undefined;
}

function changed(item: RunItem, write: JournalWrite): RunItem | undefined {
  switch (write.kind) {
    case 'create':
      return undefined; // A run item is never overwritten [1].
    case 'begin':
      return item.life === 'opening' ? { ...item, life: 'open' } : undefined;
    case 'arm':
      return armed(item, write);
    case 'intend':
      return intended(item, write);
    case 'intend-undo':
      return item.life === 'closed' ? mutated(item, write) : undefined;
    case 'settle':
      return settled(item, write);
    case 'close':
      return closed(item, write);
    case 'stick':
      return stuck(item, write);
    case 'finish':
      return finished(item, write);
    case 'reopen-restore':
      return item.life === 'final'
        ? bump({ ...item, life: 'closed', closedAt: write.at })
        : undefined;
  }
}

/** Times are set once, before any intent, and may only bring the deadline nearer. */
function armed(item: RunItem, write: JournalWrite & { kind: 'arm' }): RunItem | undefined {
  const { injectAt, restoreAt, deadlineAt } = write;
  if (item.life !== 'open' || item.restoreAt !== undefined) return undefined;
  if (deadlineAt > item.deadlineAt) return undefined;
  return { ...item, injectAt, restoreAt, deadlineAt };
}

/** One write sets the intent and checks both the run's life and its deadline [5]. */
function intended(item: RunItem, write: JournalWrite & { kind: 'intend' }): RunItem | undefined {
  if (item.life !== 'open' || write.at >= item.deadlineAt) return undefined;
  const first = item.intents[write.stepId] ?? write.at;
  return mutated({ ...item, intents: { ...item.intents, [write.stepId]: first } }, write);
}

function mutated(item: RunItem, { attempt, at }: { attempt: string; at: number }): RunItem {
  const pending = [...new Set([...item.pending, attempt])];
  return bump({ ...item, pending, lastMutationAt: latest(item, at) });
}

/** A definite answer counts in any life, and sets the last mutation again [10, shortcut]. */
function settled(item: RunItem, { attempt, at }: { attempt: string; at: number }): RunItem {
  const pending = item.pending.filter((one) => one !== attempt);
  return bump({ ...item, pending, lastMutationAt: latest(item, at) });
}

/** Never back: a write that was held up may bear an older time than those that overtook it [10]. */
const latest = ({ lastMutationAt = 0 }: RunItem, at: number): number =>
  Math.max(lastMutationAt, at);

function closed(item: RunItem, write: JournalWrite & { kind: 'close' }): RunItem | undefined {
  if (item.life !== 'opening' && item.life !== 'open') return undefined;
  return bump({ ...item, life: 'closed', closedAt: write.at, closedBy: write.by });
}

/** Says who needs a person; the first time stays, the steps are those of the last try. Ends with `final`. */
function stuck(
  item: RunItem,
  { steps, at }: JournalWrite & { kind: 'stick' },
): RunItem | undefined {
  if (item.life !== 'closed') return undefined;
  return { ...item, stuckSince: item.stuckSince ?? at, stuckSteps: [...steps] };
}

/** Only the last look's own version may finish: nothing was written since it began [11]. */
function finished(item: RunItem, write: JournalWrite & { kind: 'finish' }): RunItem | undefined {
  if (item.life !== 'closed' || item.version !== write.version) return undefined;
  const { stuckSince, stuckSteps, ...rest } = item;
  return { ...rest, life: 'final', finalAt: write.at };
}

const bump = (item: RunItem): RunItem => ({ ...item, version: item.version + 1 });

/** How long to wait before a look may be the last, in milliseconds. */
export interface Quarantine {
  /** L + B + S: a Lambda's life, a sent request's, and how stale a describe may be. */
  readonly troubledMs: number;
  /** S alone: enough when every attempt has had a definite answer. */
  readonly settledMs: number;
}

/** The first instant at which a beginning look may be the last [10]; undefined when nothing was intended. */
export function lastLookFrom(
  item: RunItem,
  { troubledMs, settledMs }: Quarantine,
): number | undefined {
  if (Object.keys(item.intents).length === 0) return undefined;
  const since = Math.max(item.closedAt ?? 0, item.lastMutationAt ?? 0);
  return since + (item.pending.length === 0 ? settledMs : troubledMs);
}

/** Whether a look that began at `beganAt` and found nothing to undo may call the run final. */
export function mayBeLast(item: RunItem, beganAt: number, quarantine: Quarantine): boolean {
  const from = lastLookFrom(item, quarantine);
  return item.life === 'closed' && (from === undefined || beganAt > from);
}
