import type * as iam from 'aws-cdk-lib/aws-iam';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Timing } from '../core/timing.ts';
import type { AllowedWindow } from '../core/windows.ts';
import { scriptNames } from '../core/script-names.ts';
import type { ScriptName } from '../core/script-names.ts';
import { BundledFunction } from './bundled-function.ts';
import { documentName } from './document-name.ts';
import type { JournalTable } from './journal-table.ts';
import { Permissions } from './permissions.ts';
import type { Reach } from './permissions.ts';

/** The scripts by which a run injects; only Inject may send one of them. */
const injecting = ['cut', 'reroute', 'route', 'service', 'xdr', 'sever'] as const;

/** What the Lambdas of a deployment share. */
export interface RunFunctionsProps {
  readonly journal: JournalTable;
  readonly reach: Reach;
  readonly timing: Timing;
  readonly openings: Openings;
  readonly bundles: string;
  readonly logRetention: RetentionDays;
}

/** When runs may start, beside what their experiments say. */
export interface Openings {
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
  /** How long a throttled change is repeated; as long as an inject can wait when absent. */
  readonly patienceSeconds?: number;
  readonly rights: (permissions: Permissions, journal: JournalTable) => iam.PolicyStatement[];
  /** What it may do to the journal, where that is less than runs need. */
  readonly keeps?: (journal: JournalTable) => iam.PolicyStatement[];
}

/**
 * The Lambdas, one a handler: how long each may take and what each may do.
 *
 * No function may live longer than `timing.lambdaSeconds`, the L of the restore protocol, so a shorter L
 * shortens the functions too.
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
    // Sends nothing that changes a host, but must know which versions of such scripts there are.
    // A run holds on to the script that restores it, too.
    this.plan = this.#add('Plan', 'plan', {
      seconds: 120,
      rights: (may) => [
        ...may.observeNetwork(),
        ...may.observeHosts(),
        ...may.readDocuments(...injecting, 'restore'),
        ...may.run('survey', 'access'),
        ...may.readSecrets(),
      ],
    });
    this.baseline = this.#add('Baseline', 'baseline', {
      seconds: 120,
      rights: (may) => [...may.run('probe', 'sever'), ...may.observeAlarms()],
    });
    // As the restorers may, for it asks EC2 what they would be permitted.
    this.tryRestore = this.#add('TryRestore', 'try-restore', { seconds: 120, rights: mayRestore });
    this.arm = this.#add('Arm', 'arm', { seconds: 60, rights: () => [] });
    this.inject = this.#add('Inject', 'inject', {
      seconds: 120,
      rights: (may) => [
        ...may.lookAtNetwork(),
        ...may.applyRules(),
        ...may.run(...injecting, 'probe'),
      ],
    });
    this.prove = this.#add('Prove', 'prove', {
      seconds: 120,
      rights: (may) => [...may.run('probe', 'markers'), ...may.observeAlarms()],
    });
    this.watch = this.#add('Watch', 'watch', {
      seconds: 60,
      rights: (may) => [...may.run('probe'), ...may.observeAlarms()],
    });
    this.restore = this.#add('Restore', 'restore', restorer('restore'));
    this.proveClean = this.#add('ProveClean', 'prove-clean', restorer('restore', 'probe'));
    this.awaitRecovery = this.#add('AwaitRecovery', 'await-recovery', {
      seconds: 60,
      rights: (may) => may.run('probe', 'markers'),
    });
    this.report = this.#add('Report', 'report', { seconds: 60, rights: () => [] });
    this.sweep = this.#add('Sweep', 'sweep', ofEveryRun(restorer('restore')));
    const ofAll = ofEveryRun(restorer('restore'));
    this.deleteGuard = this.#add('DeleteGuard', 'delete-guard', ofAll);
    this.audit = this.#add('Audit', 'audit', auditor);
  }

  /** Those that the workflow invokes: all but the sweeper, the guard and the audit. */
  ofWorkflow(): BundledFunction[] {
    const before = [this.open, this.plan, this.baseline, this.tryRestore, this.arm];
    const fault = [this.inject, this.prove, this.watch];
    const after = [this.restore, this.proveClean, this.awaitRecovery, this.report];
    return [...before, ...fault, ...after];
  }

  #add(id: string, handler: string, shape: Shape): BundledFunction {
    const { bundles, journal, logRetention, timing } = this.#props;
    const { keeps = (table: JournalTable) => table.keep() } = shape;
    const statements = [...keeps(journal), ...shape.rights(this.#permissions, journal)];
    const made = new BundledFunction(this, id, {
      handler,
      bundles,
      logRetention,
      statements,
      timeoutSeconds: Math.min(shape.seconds, timing.lambdaSeconds),
      environment: { ...this.#environment(), ...patienceOf(shape), ...shape.environment },
    });
    made.acknowledge('*', 'X-Ray, Describe and reading command results know no narrower resource');
    for (const target of targetsIn(statements)) {
      made.acknowledge(
        target,
        'Targets are chosen at run time; the aerofault:cluster tag is demanded of what is changed',
      );
    }
    return made;
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

/** The resources of statements that stand for any thing of a kind. */
function targetsIn(statements: readonly iam.PolicyStatement[]): Set<string> {
  return new Set(
    statements.flatMap(({ resources }) => resources.filter((one) => /[/:]\*$/.test(one))),
  );
}

/** The only one that asks whether a run may start now. */
function opener({ allowedWindows, freezeParameter }: Openings): Shape {
  return {
    seconds: 60,
    rights: (may) => may.readParameter(freezeParameter),
    environment: {
      FREEZE_PARAMETER: freezeParameter,
      ALLOWED_WINDOWS: JSON.stringify(allowedWindows),
    },
  };
}

/** Asks, and writes nothing but its own documents: neither a run's record nor a lock. */
const auditor: Shape = {
  seconds: 120,
  keeps: (journal) => journal.keepAudits(),
  rights: (may, journal) => [
    ...may.observeNetwork(),
    ...may.observeHosts(),
    ...may.run('survey', 'probe', 'access'),
    ...may.readSecrets(),
    ...journal.list(),
  ],
};

/** What restoring needs of the network. */
function mayRestore(may: Permissions): iam.PolicyStatement[] {
  return [...may.lookAtNetwork(), ...may.undoRules()];
}

/** Waits out throttling for longer than an inject does, since nothing is more urgent than putting back. */
function restorer(...scripts: readonly ScriptName[]): Shape {
  return {
    seconds: 120,
    patienceSeconds: 60,
    rights: (may, journal) => [...mayRestore(may), ...may.run(...scripts), ...journal.freeLocks()],
  };
}

/** The same for whichever run there is. */
const ofEveryRun = (shape: Shape): Shape => ({
  ...shape,
  rights: (may, journal) => [...shape.rights(may, journal), ...journal.list()],
});

function patienceOf({ patienceSeconds }: Shape): Record<string, string> {
  return patienceSeconds === undefined ? {} : { PATIENCE_SECONDS: String(patienceSeconds) };
}
