import type * as iam from 'aws-cdk-lib/aws-iam';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Timing } from '../core/timing.ts';
import type { AllowedWindow } from '../core/windows.ts';
import { scriptNames } from '../core/script-names.ts';
import { BundledFunction } from './bundled-function.ts';
import { clusterRights, isClusterHandler } from './cluster-rights.ts';
import { documentName } from './document-name.ts';
import type { JournalTable } from './journal-table.ts';
import { Permissions, targetsIn } from './permissions.ts';
import type { Reach } from './permissions.ts';
import type { Target } from './target-account.ts';
import { assumesTag } from './target-roles.ts';

/** What the Lambdas of a deployment share. */
export interface RunFunctionsProps {
  readonly journal: JournalTable;
  readonly reach: Reach;
  /** The account that clusters are in; this one when absent. */
  readonly target: Target | undefined;
  readonly timing: Timing;
  readonly openings: Openings;
  readonly bundles: string;
  readonly logRetention: RetentionDays;
}

/** What runs may start and when, beside what their experiments say. */
export interface Openings {
  /** The clusters of the deployment; undefined: all. */
  readonly clusters: readonly string[] | undefined;
  /** Windows of the deployment; none: always. */
  readonly allowedWindows: readonly AllowedWindow[];
  /** The name of the SSM parameter that is the freeze switch. */
  readonly freezeParameter: string;
}

/** What tells one Lambda from the next. */
interface Shape {
  /** What it alone is told. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly seconds: number;
  /** What most need when absent. */
  readonly megabytes?: number;
  /** How long a throttled change is repeated; as long as an inject can wait when absent. */
  readonly patienceSeconds?: number;
  /** What it may do beside what it may to clusters. */
  readonly rights?: (permissions: Permissions, journal: JournalTable) => iam.PolicyStatement[];
  /** What it may do to the journal, where that is less than runs need. */
  readonly keeps?: (journal: JournalTable) => iam.PolicyStatement[];
}

/**
 * The Lambdas, one a handler: how long each may take and what each may do.
 *
 * None lives longer than the usual `lambdaSeconds`, the L of the restore protocol, which no deployment may
 * shorten.
 */
export class RunFunctions extends Construct {
  readonly open: BundledFunction;
  readonly plan: BundledFunction;
  readonly baseline: BundledFunction;
  readonly tryRestore: BundledFunction;
  readonly arm: BundledFunction;
  readonly inject: BundledFunction;
  readonly prove: BundledFunction;
  readonly watch: BundledFunction;
  readonly restore: BundledFunction;
  readonly proveClean: BundledFunction;
  readonly awaitRecovery: BundledFunction;
  readonly report: BundledFunction;
  readonly sweep: BundledFunction;
  readonly deleteGuard: BundledFunction;
  readonly audit: BundledFunction;
  readonly #props: RunFunctionsProps;
  readonly #permissions: Permissions;

  constructor(scope: Construct, id: string, props: RunFunctionsProps) {
    super(scope, id);
    this.#props = props;
    this.#permissions = new Permissions(this, props.reach);

    this.open = this.#add('Open', 'open', opener(props.openings));
    this.plan = this.#add('Plan', 'plan', { seconds: 120 });
    this.baseline = this.#add('Baseline', 'baseline', { seconds: 120 });
    this.tryRestore = this.#add('TryRestore', 'try-restore', { seconds: 120 });
    this.arm = this.#add('Arm', 'arm', { seconds: 60 });
    this.inject = this.#add('Inject', 'inject', { seconds: 120 });
    this.prove = this.#add('Prove', 'prove', { seconds: 120 });
    this.watch = this.#add('Watch', 'watch', { seconds: 60 });
    this.restore = this.#add('Restore', 'restore', restorer);
    this.proveClean = this.#add('ProveClean', 'prove-clean', restorer);
    this.awaitRecovery = this.#add('AwaitRecovery', 'await-recovery', { seconds: 60 });
    this.report = this.#add('Report', 'report', { seconds: 60, ...reader });
    this.sweep = this.#add('Sweep', 'sweep', { ...ofEveryRun(restorer), ...reader });
    this.deleteGuard = this.#add('DeleteGuard', 'delete-guard', ofEveryRun(restorer));
    this.audit = this.#add('Audit', 'audit', auditor(props.openings));
  }

  /** Those that the workflow invokes: all but the sweeper, the guard and the audit. */
  ofWorkflow(): BundledFunction[] {
    const before = [this.open, this.plan, this.baseline, this.tryRestore, this.arm];
    const fault = [this.inject, this.prove, this.watch];
    const after = [this.restore, this.proveClean, this.awaitRecovery, this.report];
    return [...before, ...fault, ...after];
  }

  #add(id: string, handler: string, shape: Shape): BundledFunction {
    const { bundles, journal, logRetention } = this.#props;
    const { keeps = (table: JournalTable) => table.keep() } = shape;
    const { rights = () => [] } = shape;
    const statements = [
      ...keeps(journal),
      ...this.#onClusters(handler),
      ...rights(this.#permissions, journal),
    ];
    const made = new BundledFunction(this, id, {
      handler,
      bundles,
      logRetention,
      statements,
      timeoutSeconds: shape.seconds,
      memoryMegabytes: shape.megabytes ?? megabytes,
      environment: {
        ...this.#environment(),
        ...this.#wayIn(handler),
        ...patienceOf(shape),
        ...shape.environment,
      },
    });
    this.#mark(made, handler);
    made.acknowledge('*', 'X-Ray, Describe and reading command results know no narrower resource');
    for (const target of targetsIn(statements)) {
      made.acknowledge(
        target,
        'Targets are chosen at run time; the aerofault:cluster tag is demanded of what is changed',
      );
    }
    return made;
  }

  /** What a Lambda may do to clusters itself; or that it may go where they are. */
  #onClusters(handler: string): iam.PolicyStatement[] {
    const { target } = this.#props;
    if (!isClusterHandler(handler)) return [];
    return target === undefined
      ? clusterRights[handler](this.#permissions)
      : [target.enter(handler)];
  }

  #wayIn(handler: string): Record<string, string> {
    const { target } = this.#props;
    if (target === undefined || !isClusterHandler(handler)) return {};
    const { externalId: TARGET_EXTERNAL_ID } = target;
    return { TARGET_EXTERNAL_ID, TARGET_ROLE_ARN: target.roleArnFor(handler) };
  }

  /** By its tag the other account tells this Lambda from everybody else of ours. */
  #mark(made: BundledFunction, handler: string): void {
    const { target } = this.#props;
    if (target === undefined || !isClusterHandler(handler)) return;
    made.mark(assumesTag, target.roleNameFor(handler));
  }

  #environment(): Record<string, string> {
    const { journal, reach, timing } = this.#props;
    const documents: Record<string, string> = {};
    for (const script of scriptNames) {
      documents[`DOCUMENT_${script.toUpperCase()}`] = documentName(reach.documentPrefix, script);
    }
    return {
      JOURNAL_TABLE: journal.tableName,
      ...documents,
      PREPARE_SECONDS: String(timing.prepareSeconds),
      LEAD_SECONDS: String(timing.leadSeconds),
      GRACE_SECONDS: String(timing.graceSeconds),
      SLICE_SECONDS: String(timing.sliceSeconds),
      PROVE_SECONDS: String(timing.proveSeconds),
      RECOVERY_SECONDS: String(timing.recoverySeconds),
      LAMBDA_SECONDS: String(timing.lambdaSeconds),
      SENT_SECONDS: String(timing.sentSeconds),
      STALE_SECONDS: String(timing.staleSeconds),
    };
  }
}

/** The only one that asks whether a run may start now. */
function opener({ allowedWindows, freezeParameter, clusters }: Openings): Shape {
  return {
    seconds: 60,
    rights: (may) => may.readParameter(freezeParameter),
    environment: {
      FREEZE_PARAMETER: freezeParameter,
      ALLOWED_WINDOWS: JSON.stringify(allowedWindows),
      ...clustersFor(clusters),
    },
  };
}

const clustersFor = (clusters: Openings['clusters']): Record<string, string> =>
  clusters === undefined ? {} : { CLUSTERS: JSON.stringify(clusters) };

/** Asks, and writes nothing but its own documents: neither a run's record nor a lock. */
const auditor = ({ clusters }: Openings): Shape => ({
  seconds: 120,
  environment: clustersFor(clusters),
  keeps: (journal) => journal.keepAudits(),
  rights: (_, journal) => journal.list(),
});

/** Waits out throttling for longer than an inject does, since nothing is more urgent than putting back. */
const restorer: Shape = {
  seconds: 120,
  patienceSeconds: 60,
  rights: (_, journal) => journal.freeLocks(),
};

const megabytes = 512;

/**
 * Reads all that a run noted: of an hour at 128 nodes some 700 MB once it is parsed, ten seconds of a whole
 * processor, which is what this much memory comes with (docs/benchmarks.md).
 */
const reader = { megabytes: 1_769 };

/** The same for whichever run there is. */
const ofEveryRun = (shape: Shape): Shape => ({
  ...shape,
  rights: (may, journal) => [...(shape.rights?.(may, journal) ?? []), ...journal.list()],
});

function patienceOf({ patienceSeconds }: Shape): Record<string, string> {
  return patienceSeconds === undefined ? {} : { PATIENCE_SECONDS: String(patienceSeconds) };
}
