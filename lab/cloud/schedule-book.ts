import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { labAccount, labRegion } from '../assembly/physical-names.ts';
import { AwsError } from './aws-error.ts';
import type { Due } from './cron.ts';
import { checkScheduleName, timesOf } from './schedule-request.ts';
import type { CreateSchedule, Times } from './schedule-request.ts';
import type { StartTarget } from './targets.ts';

/** How the lab's Scheduler may differ from a punctual one. */
export interface SchedulerKnobs {
  /** Milliseconds after its time at which a schedule fires; AWS allows itself a minute. 0 when absent. */
  lateBy?: number;
  /** How often each firing is delivered; AWS promises at least once. 1 when absent. */
  times?: number;
  /** Schedules of these names are lost: they are in being, and never fire. */
  lose?: ReadonlySet<string>;
  /** Period of a `rate()` schedule in milliseconds; as the schedule says when absent. */
  periodOf?: (name: string, milliseconds: number) => number;
  /** Milliseconds before the first repeat of a failed start, doubled each time; 1,000 when absent. */
  retryAfter?: number;
}

/** A schedule in being; `createdAt` in milliseconds of the epoch. */
export interface Schedule {
  readonly name: string;
  readonly groupName: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly request: CreateSchedule;
}

/** One attempt to start a target; without `error` it was taken. `at` in milliseconds of the epoch. */
export interface Delivery {
  readonly name: string;
  readonly targetArn: string;
  readonly input: unknown;
  readonly at: number;
  readonly error?: string;
  /** True where it was the last attempt, and the message goes to the dead-letter queue. */
  readonly dead: boolean;
}

/** Schedules and groups, and the timers of those that will fire. */
export class ScheduleBook {
  readonly deliveries: Delivery[] = [];
  readonly #groups: Set<string>;
  readonly #start: StartTarget;
  readonly #knobs: SchedulerKnobs;
  readonly #schedules = new Map<string, Schedule>();
  readonly #closed = new AbortController();

  constructor(groups: readonly string[], start: StartTarget, knobs: SchedulerKnobs) {
    this.#groups = new Set(['default', ...groups]);
    this.#start = start;
    this.#knobs = knobs;
  }

  get schedules(): readonly Schedule[] {
    return [...this.#schedules.values()];
  }

  get groups(): readonly string[] {
    return [...this.#groups];
  }

  /** The same request with the same token is the same schedule. @throws AwsError ConflictException */
  create(name: string, request: CreateSchedule): Schedule {
    checkScheduleName(name);
    this.checkGroup(request.GroupName);
    const known = this.#schedules.get(keyOf(request.GroupName, name));
    if (known === undefined) return this.#put(name, request);
    const repeated = request.ClientToken !== undefined && isDeepStrictEqual(request, known.request);
    if (repeated) return known;
    throw new AwsError('ConflictException', `Schedule ${name} already exists.`, 409);
  }

  /** @throws AwsError ResourceNotFoundException */
  update(name: string, request: CreateSchedule): Schedule {
    this.get(request.GroupName, name);
    return this.#put(name, request);
  }

  /** @throws AwsError ResourceNotFoundException */
  get(groupName: string, name: string): Schedule {
    const schedule = this.#schedules.get(keyOf(groupName, name));
    if (schedule === undefined) throw notFound(`Schedule ${name}`);
    return schedule;
  }

  /** @throws AwsError ResourceNotFoundException */
  delete(groupName: string, name: string): void {
    this.get(groupName, name);
    this.#schedules.delete(keyOf(groupName, name));
  }

  /** @throws AwsError ConflictException */
  createGroup(name: string): void {
    checkScheduleName(name);
    if (this.#groups.has(name)) {
      throw new AwsError('ConflictException', `Schedule group ${name} already exists.`, 409);
    }
    this.#groups.add(name);
  }

  /** @throws AwsError ResourceNotFoundException */
  checkGroup(name: string): void {
    if (!this.#groups.has(name)) throw notFound(`Schedule group ${name}`);
  }

  /** Its schedules go with it. @throws AwsError ResourceNotFoundException */
  deleteGroup(name: string): void {
    this.checkGroup(name);
    for (const one of this.schedules) if (one.groupName === name) this.delete(name, one.name);
    this.#groups.delete(name);
  }

  /** Drops the record of deliveries so far. */
  forget(): void {
    this.deliveries.splice(0);
  }

  close(): void {
    this.#closed.abort();
  }

  #put(name: string, request: CreateSchedule): Schedule {
    const { GroupName: groupName } = request;
    const times = timesOf(request.ScheduleExpression, request.ScheduleExpressionTimezone);
    const arn = `arn:aws:scheduler:${labRegion}:${labAccount}:schedule/${groupName}/${name}`;
    const schedule = { name, groupName, arn, createdAt: Date.now(), request };
    this.#schedules.set(keyOf(groupName, name), schedule);
    if (request.State === 'ENABLED') void this.#keep(times, schedule).catch(unlessAborted);
    return schedule;
  }

  #keep(times: Times, schedule: Schedule): Promise<void> {
    switch (times.kind) {
      case 'once':
        return this.#fireAt(times.at, schedule);
      case 'rate':
        return this.#fireEvery(times.periodMs, schedule);
      case 'cron':
        return this.#fireWhenDue(times.due, schedule);
    }
  }

  /** At once, and then at its period, as a schedule without a start date does. */
  async #fireEvery(usualMs: number, schedule: Schedule): Promise<void> {
    const periodMs = this.#knobs.periodOf?.(schedule.name, usualMs) ?? usualMs;
    for (let at = Date.now(); this.#stands(schedule); at += periodMs) {
      await this.#sleepUntil(at + (this.#knobs.lateBy ?? 0));
      if (this.#stands(schedule)) void this.#fire(schedule).catch(unlessAborted);
    }
  }

  async #fireWhenDue(due: Due, schedule: Schedule): Promise<void> {
    while (this.#stands(schedule)) {
      const minute = (Math.floor(Date.now() / 60_000) + 1) * 60_000;
      await this.#sleepUntil(minute + (this.#knobs.lateBy ?? 0));
      if (due(minute) && this.#stands(schedule)) void this.#fire(schedule).catch(unlessAborted);
    }
  }

  /** False once it was deleted or replaced. */
  #stands(schedule: Schedule): boolean {
    return this.#schedules.get(keyOf(schedule.groupName, schedule.name)) === schedule;
  }

  async #fire(schedule: Schedule): Promise<void> {
    if (this.#knobs.lose?.has(schedule.name) === true) return;
    const { times = 1 } = this.#knobs;
    await Promise.all(Array.from({ length: times }, () => this.#deliver(schedule)));
  }

  async #fireAt(at: number, schedule: Schedule): Promise<void> {
    await this.#sleepUntil(at);
    await this.#sleepUntil(at + (this.#knobs.lateBy ?? 0));
    const { name, groupName, request } = schedule;
    if (!this.#stands(schedule)) return;
    if (this.#knobs.lose?.has(name) === true) return; // It stays, as one that AWS forgot.
    await this.#fire(schedule);
    if (request.ActionAfterCompletion !== 'DELETE') return;
    if (this.#stands(schedule)) this.delete(groupName, name);
  }

  /** Start the target, again and again as its retry policy allows. */
  async #deliver({ name, request }: Schedule): Promise<void> {
    const { Arn, Input = '{}', RetryPolicy } = request.Target;
    const { MaximumRetryAttempts, MaximumEventAgeInSeconds } = RetryPolicy;
    const lastAt = Date.now() + MaximumEventAgeInSeconds * 1000;
    for (let attempt = 0; ; attempt++) {
      const made = { name, targetArn: Arn, input: inputOf(Input), at: Date.now() };
      try {
        await this.#start(Arn, made.input);
        this.deliveries.push({ ...made, dead: false });
        return;
      } catch (error) {
        const wait = (this.#knobs.retryAfter ?? 1_000) * 2 ** attempt;
        const dead = attempt >= MaximumRetryAttempts || Date.now() + wait > lastAt;
        this.deliveries.push({ ...made, error: String(error), dead });
        if (dead) return;
        await sleep(wait, undefined, { signal: this.#closed.signal });
      }
    }
  }

  /** In parts, because no timer of Node is longer than 24 days. */
  async #sleepUntil(at: number): Promise<void> {
    for (let left = at - Date.now(); left > 0; left = at - Date.now()) {
      await sleep(Math.min(left, 2_147_483_647), undefined, { signal: this.#closed.signal });
    }
  }
}

function keyOf(groupName: string, name: string): string {
  return `${groupName}/${name}`;
}

/** A target's input is text; what is JSON reaches the target as such. */
function inputOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function notFound(what: string): AwsError {
  return new AwsError('ResourceNotFoundException', `${what} does not exist.`, 404);
}

function unlessAborted(error: unknown): void {
  if (!(error instanceof Error && error.name === 'AbortError')) throw error;
}
