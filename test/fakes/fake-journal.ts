import { RunItem, transition } from '../../core/journal.ts';
import type { JournalWrite, WriteAnswer } from '../../core/journal.ts';
import { Inventory } from '../../core/inventory.ts';
import { Note } from '../../core/note.ts';
import { Plan } from '../../core/plan/plan.ts';
import { Report } from '../../core/report.ts';
import type { Step } from '../../core/step.ts';
import type { Journal, PlanRecord, RunRequest } from '../../lambda/gateways.ts';
import { frozen } from './frozen.ts';

/** Told of every write that won, once it has. */
export type WriteWatcher = (runId: string, write: JournalWrite, item: RunItem) => void;

/**
 * The journal in memory. The run item changes only by `transition`, or by another in its place.
 *
 * What goes in is parsed as it would be on its way out of DynamoDB, copied and frozen.
 */
export class FakeJournal implements Journal {
  readonly #runs = new Map<string, RunItem>();
  readonly #requests = new Map<string, RunRequest>();
  readonly #plans = new Map<string, PlanRecord>();
  readonly #notes = new Map<string, Note[]>();
  readonly #reports = new Map<string, Report>();
  readonly #locks = new Map<string, { readonly runId: string; readonly version: number }>();
  readonly #watched = new Set<string>();
  readonly #decide: typeof transition;
  readonly #onWrite: WriteWatcher;
  #shutUntil = 0;

  /** What is stored in place of the plan that was made, for tests of steps no planner makes so. */
  planned: (runId: string, plan: Plan) => Plan = (_, plan) => plan;

  constructor(onWrite: WriteWatcher = () => {}, decide = transition) {
    this.#onWrite = onWrite;
    this.#decide = decide;
  }

  async write(runId: string, write: JournalWrite): Promise<WriteAnswer> {
    const answer = this.#decide(this.#runs.get(runId), write);
    if (!answer.written) return answer;
    const item = frozen(RunItem.parse(answer.item));
    this.#runs.set(runId, item);
    if (item.life !== 'final') this.#watched.add(runId);
    this.#onWrite(runId, write, item);
    return { written: true, item };
  }

  async read(runId: string): Promise<RunItem | undefined> {
    return this.now(runId);
  }

  async putRequest(runId: string, request: RunRequest): Promise<void> {
    if (!this.#requests.has(runId)) this.#requests.set(runId, frozen(structuredClone(request)));
  }

  async request(runId: string): Promise<RunRequest | undefined> {
    return this.#requests.get(runId);
  }

  async putPlan(runId: string, { inventory, plan, ...rest }: PlanRecord): Promise<void> {
    if (this.#runs.get(runId)?.life !== 'opening' || this.#plans.has(runId)) return;
    const stored = Plan.parse(this.planned(runId, plan));
    const parsed = { inventory: Inventory.parse(inventory), plan: stored, ...rest };
    this.#plans.set(runId, frozen(parsed));
  }

  async plan(runId: string): Promise<PlanRecord | undefined> {
    return this.#plans.get(runId);
  }

  async note(runId: string, note: Note): Promise<void> {
    this.#notes.set(runId, [...(this.#notes.get(runId) ?? []), frozen(Note.parse(note))]);
  }

  async notes(runId: string, before = Infinity): Promise<Note[]> {
    return (this.#notes.get(runId) ?? []).filter(({ at }) => at < before);
  }

  async putReport(runId: string, report: Report): Promise<void> {
    this.#reports.set(runId, Report.parse(report));
  }

  async report(runId: string): Promise<Report | undefined> {
    return this.#reports.get(runId);
  }

  async takeLock(cluster: string, runId: string, version: number): Promise<string> {
    const held = this.#locks.get(cluster);
    if (held !== undefined && held.runId !== runId) return held.runId;
    this.#locks.set(cluster, { runId, version: Math.max(version, held?.version ?? 0) });
    return runId;
  }

  async releaseLock(cluster: string, runId: string, version: number): Promise<void> {
    const held = this.#locks.get(cluster);
    if (held?.runId === runId && held.version <= version) this.#locks.delete(cluster);
  }

  async watchedRuns(): Promise<string[]> {
    return [...this.#watched];
  }

  async locks(): Promise<{ cluster: string; runId: string }[]> {
    return [...this.#locks].map(([cluster, { runId }]) => ({ cluster, runId }));
  }

  async unwatch(runId: string): Promise<void> {
    if (this.#runs.get(runId)?.life === 'final') this.#watched.delete(runId);
  }

  async shut(until: number): Promise<void> {
    this.#shutUntil = until;
  }

  async shutUntil(): Promise<number> {
    return this.#shutUntil;
  }

  /** The run as it stands, for tests: no call of any process. */
  now(runId: string): RunItem | undefined {
    return this.#runs.get(runId);
  }

  /** A run's intended steps, for the world's own checks. */
  intended(runId: string): Step[] {
    const { intents = {} } = this.#runs.get(runId) ?? {};
    return this.#plans.get(runId)?.plan.steps.filter(({ id }) => id in intents) ?? [];
  }

  /** What a run observed before it changed anything, for tests. */
  inventoryOf(runId: string): Inventory | undefined {
    return this.#plans.get(runId)?.inventory;
  }

  /** Every run there is, for tests. */
  all(): RunItem[] {
    return [...this.#runs.values()];
  }

  /** Whether the run holds any cluster's lock, for tests and the world's own checks. */
  holdsLock(runId: string): boolean {
    return [...this.#locks.values()].some((held) => held.runId === runId);
  }
}
