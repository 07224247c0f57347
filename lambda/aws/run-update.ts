import type { NativeAttributeValue } from '@aws-sdk/util-dynamodb';
import type { JournalWrite } from '../../core/journal.ts';

/** One conditional update of a run item; `:words` are in `values`, `#words` in `names`. */
export interface RunUpdate {
  readonly condition: string;
  readonly update: string;
  readonly names: Record<string, string>;
  readonly values: Record<string, NativeAttributeValue>;
}

/** Who writes: the writer's slot on the item, and the id of this very write. */
export interface Signature {
  readonly slot: string;
  readonly id: string;
}

type Change = Exclude<JournalWrite, { kind: 'create' }>;
interface Phrase {
  readonly when: string;
  readonly set: string;
  readonly more?: string;
  readonly values: Record<string, NativeAttributeValue>;
}

/**
 * Says a journal write as DynamoDB's update. It must decide exactly as `transition` of core/journal.ts
 * does; a property test holds the two together.
 *
 * Signed, so that a repeat of a write that already won is refused and can be told from a loss. DynamoDB
 * has no greater-of-two: where `lastMutationAt` is past `mutatedAt` already, the write is refused, and is to
 * be made again with what is stored.
 */
export function runUpdateOf(write: Change, { slot, id }: Signature, mutatedAt: number): RunUpdate {
  const { when, set, more = '', values } = phraseOf(write, mutatedAt);
  const isFirst = '(attribute_not_exists(#writers.#slot) OR #writers.#slot <> :write)';
  const condition = `attribute_exists(#pk) AND ${isFirst} AND ${when}`;
  const update = `SET #writers.#slot = :write, ${set} ${more}`.trim();
  const special = { '#slot': slot, '#step': write.kind === 'intend' ? write.stepId : '' };
  return {
    condition,
    update,
    names: namesIn(condition + update, special),
    values: { ':write': id, ...values },
  };
}

const bump = { ':one': 1 };
const mutate = {
  when: '(attribute_not_exists(#lastMutationAt) OR #lastMutationAt <= :mutatedAt)',
  set: '#lastMutationAt = :mutatedAt',
  more: 'ADD #version :one, #pending :attempt',
};

function phraseOf(write: Change, mutatedAt: number): Phrase {
  switch (write.kind) {
    case 'begin':
      return {
        when: '#life = :opening',
        set: '#life = :open',
        values: { ':opening': 'opening', ':open': 'open' },
      };
    case 'arm':
      return armPhrase(write);
    case 'intend':
    case 'intend-undo':
    case 'settle':
      return mutationPhrase(write, mutatedAt);
    case 'close':
      return closePhrase(write);
    case 'finish':
      return {
        when: '#life = :closed AND #version = :version',
        set: '#life = :final, #finalAt = :at',
        more: 'REMOVE #stuckSince, #stuckSteps',
        values: {
          ':closed': 'closed',
          ':final': 'final',
          ':version': write.version,
          ':at': write.at,
        },
      };
    case 'stick':
      return {
        when: '#life = :closed',
        set: '#stuckSince = if_not_exists(#stuckSince, :at), #stuckSteps = :steps',
        values: { ':closed': 'closed', ':at': write.at, ':steps': [...write.steps] },
      };
    case 'reopen-restore':
      return {
        when: '#life = :final',
        // Struck off the sweeper's list perhaps; a reopened run must be on it.
        set: '#life = :closed, #closedAt = :at, #watch = :run',
        more: 'ADD #version :one',
        values: { ...bump, ':closed': 'closed', ':final': 'final', ':at': write.at, ':run': 'run' },
      };
  }
}

type Mutation = Change & { kind: 'intend' | 'intend-undo' | 'settle' };

/** Before and after a call on the world: the attempt, and the instant that the last look waits on. */
function mutationPhrase(write: Mutation, mutatedAt: number): Phrase {
  const { attempt, at } = write;
  const { when, set, more } = mutate;
  // A set of one: adding or deleting it again changes nothing.
  const values = { ...bump, ':attempt': new Set([attempt]), ':mutatedAt': mutatedAt };
  switch (write.kind) {
    case 'intend':
      return {
        when: `#life = :open AND #deadlineAt > :at AND ${when}`,
        set: `#intents.#step = if_not_exists(#intents.#step, :at), ${set}`,
        more,
        values: { ...values, ':open': 'open', ':at': at },
      };
    case 'intend-undo':
      return {
        when: `#life = :closed AND ${when}`,
        set,
        more,
        values: { ...values, ':closed': 'closed' },
      };
    case 'settle':
      return {
        when: `attribute_exists(#life) AND ${when}`,
        set,
        more: 'ADD #version :one DELETE #pending :attempt',
        values,
      };
  }
}

function armPhrase({ injectAt, restoreAt, deadlineAt }: Change & { kind: 'arm' }): Phrase {
  return {
    when: '#life = :open AND attribute_not_exists(#restoreAt) AND #deadlineAt >= :deadlineAt',
    set: '#injectAt = :injectAt, #restoreAt = :restoreAt, #deadlineAt = :deadlineAt',
    values: {
      ':open': 'open',
      ':injectAt': injectAt,
      ':restoreAt': restoreAt,
      ':deadlineAt': deadlineAt,
    },
  };
}

function closePhrase({ by, at }: Change & { kind: 'close' }): Phrase {
  return {
    when: '#life IN (:opening, :open)',
    set: '#life = :closed, #closedAt = :at, #closedBy = :by',
    more: 'ADD #version :one',
    values: {
      ...bump,
      ':opening': 'opening',
      ':open': 'open',
      ':closed': 'closed',
      ':at': at,
      ':by': by,
    },
  };
}

/** Attributes by their own names; many of them are reserved words, so every one goes by alias. */
function namesIn(text: string, special: Record<string, string>): Record<string, string> {
  const aliases = new Set(text.match(/#\w+/g));
  return Object.fromEntries([...aliases].map((alias) => [alias, special[alias] ?? alias.slice(1)]));
}
