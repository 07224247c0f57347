import type { AskedRun } from '../core/asked-run.ts';
import type { AclEntry, Inventory, Rule, RuleSpec } from '../core/inventory.ts';
import type { JournalWrite, RunItem, WriteAnswer } from '../core/journal.ts';
import type { Note } from '../core/note.ts';
import type { Plan } from '../core/plan/plan.ts';
import type { Report } from '../core/report.ts';
import type { ScriptName } from '../core/script-names.ts';
import type { RuleEdit } from '../core/step.ts';
import type { Timing } from '../core/timing.ts';
import type { AllowedWindow } from '../core/windows.ts';
import type { Secrets } from './gateways-of-secrets.ts';
import type { ByHand, TargetAccount } from './gateways-of-targets.ts';

/**
 * The interfaces through which the engine touches the world. `lambda/aws` implements them with the AWS
 * SDK, `test/fakes` in memory. Nothing else may have an effect.
 */

/** Time. All instants are epoch milliseconds. */
export interface Clock {
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** What a run was asked to do, kept from Open on. */
export type RunRequest = AskedRun;

/** What a run decided, kept before it may inject. */
export interface PlanRecord {
  readonly inventory: Inventory;
  readonly plan: Plan;
  readonly digest: string;
  /** The document of each script that the run uses; absent: whichever is default. */
  readonly documents?: DocumentVersions | undefined;
  /** The account that the cluster is in; the deployment's own when absent. */
  readonly account?: string | undefined;
}

/** The write-ahead record of runs, and the lock of each cluster. Reads are consistent. */
export interface Journal {
  /** Decides the write atomically by `core/journal.ts`; a repeat of a write that won says so. */
  write(runId: string, write: JournalWrite): Promise<WriteAnswer>;
  read(runId: string): Promise<RunItem | undefined>;
  putRequest(runId: string, request: RunRequest): Promise<void>;
  request(runId: string): Promise<RunRequest | undefined>;
  /** Stored only while the run is opening, so call it before `begin`; the first one stays. */
  putPlan(runId: string, record: PlanRecord): Promise<void>;
  plan(runId: string): Promise<PlanRecord | undefined>;
  note(runId: string, note: Note): Promise<void>;
  /** In order of time; only those made before an instant, where one is given. */
  notes(runId: string, before?: number): Promise<Note[]>;
  putReport(runId: string, report: Report): Promise<void>;
  report(runId: string): Promise<Report | undefined>;
  /**
   * Takes the cluster's lock for the run; the answer is whoever holds it now. `version` is the run's as it
   * was read: taken again with a later one, the lock cannot be freed by who knows only the earlier.
   */
  takeLock(cluster: string, runId: string, version: number): Promise<string>;
  /** Frees the lock if it is the run's, and was not taken again at a later version; otherwise nothing. */
  releaseLock(cluster: string, runId: string, version: number): Promise<void>;
  /** Runs the sweeper has not struck off: unfinished, or final but recent. May lag by seconds. */
  watchedRuns(): Promise<string[]>;
  /** Locks in being: which run holds which cluster. May lag by seconds. */
  locks(): Promise<{ cluster: string; runId: string }[]>;
  /** Strikes a final run off the sweeper's list. */
  unwatch(runId: string): Promise<void>;
  /** Shuts the journal to new runs until an instant, in epoch milliseconds; one that is over opens it. */
  shut(until: number): Promise<void>;
  /** Until when the journal is shut to new runs; 0 where it never was. */
  shutUntil(): Promise<number>;
}

/** What became of a change: done, certainly not done, or unknown (lost, timed out, 5xx). */
export type Answer =
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** Tags of a thing, key to value. */
export type Tags = Readonly<Record<string, string>>;

/** The network ACL that a subnet has now. */
export interface AclOfSubnet {
  /** Changes with every replacement. */
  readonly associationId: string;
  readonly aclId: string;
  readonly tags: Tags;
}

/**
 * Whether what a script left in an instance's kernel can be in force: not where the instance is `gone` for
 * good, nor where it is `stopped` without hibernation, for then it boots anew. All else is `there`.
 */
export type InstanceLife = 'there' | 'stopped' | 'gone';

/** A change that EC2 is asked about without making it. */
export type Trial =
  | { readonly kind: 'edit-rules'; readonly groupId: string; readonly edits: readonly Edit[] }
  | {
      readonly kind: 'set-groups';
      readonly interfaceId: string;
      readonly groupIds: readonly string[];
    }
  | { readonly kind: 'swap-acl'; readonly associationId: string; readonly aclId: string };

type Edit = Pick<RuleEdit, 'ruleId' | 'during'>;

/**
 * Instances, interfaces, security groups and network ACLs.
 *
 * Questions are answered with what is there; a thing that is certainly not there is `undefined`, and
 * everything else that keeps one from knowing throws. Changes answer what became of them and never throw.
 * Throttled changes are repeated within the gateway's patience, for a throttled call did not act.
 */
export interface Network {
  /** What has become of an instance that was there when the run began; a new one has a new id. */
  lifeOf(instanceId: string): Promise<InstanceLife>;
  /** Everything tagged for the cluster, all groups on it, and every interface that shares them. */
  observe(cluster: string): Promise<Inventory>;
  /** Every rule of one group, both directions, with tags. */
  rules(groupId: string): Promise<Rule[] | undefined>;
  addRules(
    groupId: string,
    addition: {
      readonly direction: Rule['direction'];
      readonly rules: readonly RuleSpec[];
      readonly tags: Tags;
    },
  ): Promise<Answer>;
  editRules(groupId: string, edits: readonly Edit[]): Promise<Answer>;
  removeRules(
    groupId: string,
    removal: { readonly direction: Rule['direction']; readonly ruleIds: readonly string[] },
  ): Promise<Answer>;
  /** The groups that a run made, by its tag or, where people took that off, by their names. */
  groupsMadeBy(runId: string): Promise<{ id: string; name: string }[]>;
  /** Makes a group with tags at birth. EC2 gives it a rule that lets everything out. */
  makeGroup(group: { name: string; vpcId: string; says: string; tags: Tags }): Promise<Answer>;
  /** Gone already counts as done. */
  deleteGroup(groupId: string): Promise<Answer>;
  /** The groups on an interface, in EC2's order. */
  groupsOn(interfaceId: string): Promise<string[] | undefined>;
  /** Replaces the whole set of groups on an interface. */
  setGroups(interfaceId: string, groupIds: readonly string[]): Promise<Answer>;
  aclOf(subnetId: string): Promise<AclOfSubnet | undefined>;
  /** The network ACLs that a run made, by its tag or, where people took that off, by when they expire. */
  aclsMadeBy(run: {
    runId: string;
    expires: string;
  }): Promise<{ id: string; tags: Tags; entries: AclEntry[] }[]>;
  /** Makes an ACL that denies all, with tags at birth. */
  makeAcl(acl: { vpcId: string; tags: Tags }): Promise<Answer>;
  addAclEntry(aclId: string, entry: AclEntry): Promise<Answer>;
  /** Gives the subnet behind an association another ACL; an association that is gone is `refused`. */
  associateAcl(associationId: string, aclId: string): Promise<Answer>;
  /** Gone already counts as done. */
  deleteAcl(aclId: string): Promise<Answer>;
  /** Asks EC2 whether a change would be permitted (DryRun); `refused` says why not. */
  tryOut(change: Trial): Promise<Answer>;
}

/** One version of a script's SSM document, held on to. */
export interface DocumentVersion {
  readonly version: string;
  /** SHA-256 of its text as SSM tells it; a run planned before hashes were kept has none. */
  readonly hash?: string | undefined;
}

/** Versions of scripts' SSM documents, by script; a script that is not in it has none chosen. */
export type DocumentVersions = Readonly<Partial<Record<ScriptName, DocumentVersion>>>;

/** What a host said: the one JSON line of its script; or why there is none, and what a call of SSM threw if that is why. */
export type HostReply =
  | { readonly kind: 'answered'; readonly exitCode: number; readonly json: unknown }
  | { readonly kind: 'refused' | 'unknown'; readonly reason: string; readonly cause?: unknown };

/** How a script is run. */
export interface ScriptOptions {
  readonly parameters: Readonly<Record<string, string>>;
  readonly waitSeconds: number;
  /** Of the script; the one that is default when absent. */
  readonly document?: DocumentVersion | undefined;
  /** Where SSM has that version no more, or with another text, the one that is default runs instead. */
  readonly orDefault?: boolean;
}

/** Scripts on instances, through SSM Run Command. */
export interface Hosts {
  /**
   * Runs one script on one instance and waits for its end, `waitSeconds` at most. What is asked for in
   * the same moment with the same parameters may go out together; every instance is judged alone.
   * `refused` is only said when the script certainly never runs (SendCommand itself refused). Delivery
   * timed out, undeliverable, cancelled and lost answers are `unknown`.
   */
  run(instanceId: string, script: ScriptName, options: ScriptOptions): Promise<HostReply>;
  /** Which of the instances have an SSM agent that answers. */
  online(instanceIds: readonly string[]): Promise<Set<string>>;
  /** The version of the SSM agent of each of the instances whose agent answers. */
  agents(instanceIds: readonly string[]): Promise<Map<string, string>>;
  /** The version of each script's document that is default now, with its hash. @throws where one cannot be known. */
  versions(scripts: readonly ScriptName[]): Promise<DocumentVersions>;
}

/** The one-time schedule that restores a run whose workflow is gone. */
export interface Schedule {
  /** Sets it, or finds it set for this run already. */
  set(runId: string, at: number): Promise<void>;
  /** When it is set for; undefined when there is none. */
  read(runId: string): Promise<number | undefined>;
  remove(runId: string): Promise<void>;
}

/** CloudWatch alarms, which may stop a run. */
export interface Alarms {
  /** The named alarms that are not OK, with their state; an unknown name counts as not OK. */
  notOk(names: readonly string[]): Promise<{ name: string; state: string }[]>;
}

/** The switch by which people keep new runs from starting; runs under way end as always. */
export interface Freeze {
  /** Why no run may start; undefined: they may. @throws where that cannot be known. */
  frozen(): Promise<{ readonly says: string } | undefined>;
}

/** Unique words that no two attempts share. */
export interface Chance {
  attempt(): string;
}

/** Everything the engine is given. */
export interface Gateways extends ByHand {
  readonly journal: Journal;
  readonly network: Network;
  readonly hosts: Hosts;
  readonly schedule: Schedule;
  readonly alarms: Alarms;
  readonly freeze: Freeze;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly timing: Timing;
  /** When runs of this deployment may be; none: always. */
  readonly windows: readonly AllowedWindow[];
  /** The clusters that this deployment is for; undefined: all that are tagged. */
  readonly clusters: readonly string[] | undefined;
  /** Where `network`, `hosts`, `alarms` and `secrets` are; in our own account when absent. */
  readonly target?: TargetAccount | undefined;
  /** Hash of the plan for comparing what was shown with what runs. */
  readonly digest: (value: unknown) => string;
}
