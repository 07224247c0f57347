import { randomUUID } from 'node:crypto';
import type { AssemblyRule } from '../assembly/assembly.ts';
import { labAccount, labRegion } from '../assembly/physical-names.ts';
import { parsePattern } from './event-pattern.ts';
import type { EventPattern } from './event-pattern.ts';
import { ratePeriod } from './rate-period.ts';
import { targetInput } from './target-input.ts';
import type { StartTarget } from './targets.ts';

/**
 * EventBridge's default bus with the rules of an assembly.
 *
 * {@link startEventBus} starts it and its clocks; `close()` stops the clocks. Each target is started
 * once, without the retries and dead-letter queues of AWS; `cron()` rules only run by `fire()`.
 */
export interface EventBus {
  /** Put an event and start the targets of every rule that matches it. */
  put(event: BusEvent): void;
  /** Run a scheduled rule now; throws when there is none of that name. */
  fire(ruleName: string): void;
  /** Every event so far, oldest first, lost ones included. */
  readonly events: readonly BusEvent[];
  /** What targets could not be started, oldest first. */
  readonly failures: readonly TargetFailure[];
  /** Drops the record of events and failures so far. */
  forget(): void;
  close(): void;
}

/** An event as its sender gives it. */
export interface BusEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly resources?: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** A target that was not started, and why. */
export interface TargetFailure {
  readonly rule: string;
  readonly targetArn: string;
  readonly reason: string;
}

/** What a bus does with matches, and how it may misbehave. */
export interface EventBusOptions {
  readonly start: StartTarget;
  /** True for events that never arrive: EventBridge calls status changes best effort. */
  readonly lose?: (event: BusEvent) => boolean;
  /** Period of a `rate()` rule in milliseconds; as the rule says when absent. */
  readonly periodOf?: (ruleName: string, milliseconds: number) => number;
}

interface Matching {
  readonly rule: AssemblyRule;
  readonly matches: EventPattern;
}

/** Start a bus; throws where a rule uses what the lab does not know. */
export function startEventBus(rules: readonly AssemblyRule[], options: EventBusOptions): EventBus {
  const { start, lose = () => false, periodOf = (_, usual) => usual } = options;
  const enabled = rules.filter((rule) => rule.enabled);
  const matchings = enabled.flatMap((rule): Matching[] =>
    rule.eventPattern ? [{ rule, matches: parsePattern(rule.eventPattern) }] : [],
  );
  const events: BusEvent[] = [];
  const failures: TargetFailure[] = [];
  const run = (rule: AssemblyRule, event: BusEvent): void => {
    const envelope = envelopeOf(event);
    for (const target of rule.targets) {
      const started = (async () => start(target.arn, targetInput(target, envelope, rule)))();
      void started.catch((error: unknown) => {
        failures.push({ rule: rule.name, targetArn: target.arn, reason: String(error) });
      });
    }
  };
  const clocks = enabled.flatMap((rule) => {
    const usual = ratePeriod(rule.scheduleExpression);
    if (usual === undefined) return [];
    return [setInterval(() => run(rule, scheduled(rule)), periodOf(rule.name, usual))];
  });
  return {
    events,
    failures,
    put(event) {
      events.push(event);
      if (lose(event)) return;
      const envelope = envelopeOf(event);
      for (const { rule, matches } of matchings) if (matches(envelope)) run(rule, event);
    },
    fire(ruleName) {
      const rule = enabled.find(({ name, scheduleExpression }) => {
        return name === ruleName && scheduleExpression !== undefined;
      });
      if (rule === undefined) {
        throw new Error(`Cannot fire "${ruleName}" as it must be a scheduled rule: found none`);
      }
      run(rule, scheduled(rule));
    },
    forget() {
      events.splice(0);
      failures.splice(0);
    },
    close: () => clocks.forEach((clock) => clearInterval(clock)),
  };
}

function envelopeOf(event: BusEvent): object {
  return {
    version: '0',
    id: randomUUID(),
    account: labAccount,
    region: labRegion,
    time: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
    resources: [],
    ...event,
  };
}

function scheduled({ arn }: AssemblyRule): BusEvent {
  return { source: 'aws.events', 'detail-type': 'Scheduled Event', resources: [arn], detail: {} };
}
