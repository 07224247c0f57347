import { RemovalPolicy } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { runMetrics } from '../core/run-metrics.ts';
import { stuckMetric } from '../core/stuck-metric.ts';
import { usefulWindows } from '../core/windows.ts';
import type { AerofaultProps } from './aerofault-props.ts';
import { alarmTopicOf } from './alarm-topic.ts';
import { Audits } from './audits.ts';
import { usualBundles } from './bundled-function.ts';
import { DeleteGuard } from './delete-guard.ts';
import { exampleInput } from './example-input.ts';
import { ExperimentWorkflow } from './experiment-workflow.ts';
import { FisBridge } from './fis.ts';
import { GameDays } from './game-days.ts';
import type { ScheduleOptions } from './game-days.ts';
import { letOperate } from './grants.ts';
import type { IHostDocuments } from './host-documents.ts';
import { JournalTable } from './journal-table.ts';
import { namedClusters } from './named-clusters.ts';
import { tell } from './outputs.ts';
import { Reporting } from './reporting.ts';
import { RestoreMachine } from './restore-machine.ts';
import { runFinishedRule } from './run-finished-rule.ts';
import type { OnRunFinishedOptions } from './run-finished-rule.ts';
import { RunFunctions } from './run-functions.ts';
import { runMetric } from './run-metric.ts';
import { timingOf } from './run-timing.ts';
import { documentsFor, Target } from './target-account.ts';
import { watchRuns } from './watch-runs.ts';

/** The freeze switch, unless a deployment says otherwise. */
const usualFreezeParameter = '/aerofault/freeze';

/**
 * Everything that injects faults into clusters, takes them back, and tells of it: the workflow, the journal,
 * the ways out, the host documents, schedules, audits, reports and alarms.
 *
 * Starts with its stack. Deleting the stack restores every open run first, or fails; it leaves the journal
 * and the reports. Several of it, in one stack or in many, know nothing of one another but the locks that
 * their journals do not share: let no two of them have the same cluster.
 */
export class Aerofault extends Construct {
  /** Runs an experiment, which is its input. */
  readonly workflow: sfn.IStateMachine;
  /** Restores a run: `{"runId": "…"}`. */
  readonly restoreMachine: sfn.IStateMachine;
  /** Audits a cluster: `{"cluster": "…"}`. */
  readonly auditMachine: sfn.IStateMachine;
  /** Who, what, when, and whether it is over. */
  readonly journalTableName: string;
  /** Told of every alarm. */
  readonly alarmTopic: sns.ITopic;
  /** Where reports are kept. */
  readonly reportBucket: s3.IBucket;
  /** The scripts that hosts run. */
  readonly hostDocuments: IHostDocuments;
  /** What starts by the clock: game days and audits, and nothing else. */
  readonly scheduleGroup: scheduler.IScheduleGroup;
  /** What AWS FIS is offered: a role and a document, for templates of one's own; where `fis` is given. */
  readonly fis?: FisBridge;
  readonly #clusters: readonly string[] | undefined;
  readonly #freezeParameter: string;
  readonly #journal: JournalTable;
  readonly #target: Target | undefined;
  readonly #gameDays: GameDays;
  readonly #reporting: Reporting;

  /** @throws Refusal where a prop could never be meant. */
  constructor(scope: Construct, id: string, props: AerofaultProps = {}) {
    super(scope, id);
    const { logRetention = RetentionDays.THREE_MONTHS, schedules = [] } = props;
    const { clusters, encryptionKey } = props;
    this.#clusters = namedClusters(clusters);
    this.#freezeParameter = props.freezeParameterName ?? usualFreezeParameter;
    const journal = new JournalTable(this, 'JournalTable', { encryptionKey });
    this.#journal = journal;
    this.journalTableName = journal.tableName;
    this.#target = Target.of(this, props);
    this.hostDocuments = props.hostDocuments ?? documentsFor(this, this.#target);
    const functions = this.#makeFunctions(props, logRetention);
    const restoreMachine = new RestoreMachine(this, 'RestoreMachine', { functions, logRetention });
    const workflow = new ExperimentWorkflow(this, 'ExperimentWorkflow', {
      functions,
      logRetention,
    });
    this.restoreMachine = restoreMachine.machine;
    this.workflow = workflow.machine;
    const { alarmTopic = alarmTopicOf(this) } = props;
    this.alarmTopic = alarmTopic;
    watchRuns(this, { functions, restoreMachine, workflow, journal, alarmTopic });
    this.#reporting = new Reporting(this, 'Reporting', {
      journal,
      functions,
      workflow,
      restoreMachine,
      clusters,
      bucket: props.reportBucket,
      encryptionKey,
      days: props.reportRetention?.toDays() ?? 365,
      notifications: props.notifications,
    });
    this.reportBucket = this.#reporting.bucket.bucket;
    const group = new scheduler.ScheduleGroup(this, 'Schedules', {
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.scheduleGroup = group;
    this.#gameDays = new GameDays(this, 'GameDays', {
      workflow: workflow.machine,
      schedules,
      group,
      clusters: this.#clusters,
    });
    const audits = new Audits(this, 'Audits', {
      audit: functions.audit,
      schedules: props.audits ?? [],
      group,
      clusters: this.#clusters,
      alarmTopic,
      logRetention,
    });
    this.auditMachine = audits.machine;
    if (props.fis !== undefined)
      this.fis = new FisBridge(this, 'Fis', { cuts: props.fis, clusters });
    const before = [...this.node.children];
    new DeleteGuard(this, 'DeleteGuard', { restoreAll: functions.deleteGuard, before });
    this.#tell();
  }

  /** Starts runs by the clock. */
  schedule(id: string, options: ScheduleOptions): scheduler.ISchedule {
    return this.#gameDays.schedule(id, options);
  }

  /** Lets somebody start runs of any experiment. */
  grantStart(grantee: iam.IGrantable): iam.Grant {
    return this.workflow.grantStartExecution(grantee);
  }

  /** Lets somebody operate runs by the command line: run, watch, abort, restore, report, freeze. */
  grantOperate(grantee: iam.IGrantable): iam.Grant {
    const parts = { journal: this.#journal, freezeParameter: this.#freezeParameter };
    return letOperate(grantee, this, parts);
  }

  /** Lets somebody have runs restored, and nothing else. */
  grantRestore(grantee: iam.IGrantable): iam.Grant {
    return this.restoreMachine.grantStartExecution(grantee);
  }

  /** Lets somebody look at clusters of the target account, if there is one, by the command line. */
  grantLook(grantee: iam.IGrantable): iam.Grant {
    return (
      this.#target?.grantLook(grantee) ?? iam.Grant.drop(grantee, 'clusters are in this account')
    );
  }

  /** Lets somebody read the reports in the bucket: of the clusters that were named, or of all. */
  grantReadReports(grantee: iam.IGrantable): iam.Grant {
    return this.#reporting.bucket.readBy(grantee);
  }

  /** Sends the ends of runs somewhere. @throws Refusal for an outcome that is none. */
  onRunFinished(id: string, options: OnRunFinishedOptions): events.Rule {
    return runFinishedRule(this, id, { ...options, journal: this.journalTableName });
  }

  /** A number of this deployment's runs by its name (docs/reports.md lists them): the sum over a period. */
  metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return runMetric(this.journalTableName, metricName, options);
  }

  /** Runs that were started, refused ones too. */
  metricStarted(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.workflow.metricStarted(options);
  }

  /** Runs in which everything was confirmed. */
  metricConfirmed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(runMetrics.outcomes.confirmed, options);
  }

  /** Runs that ended clean, but with something refuted or inconclusive. */
  metricNotConfirmed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(runMetrics.outcomes['not-confirmed'], options);
  }

  /** Runs that were refused: nothing was touched. */
  metricRefused(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(runMetrics.outcomes.refused, options);
  }

  /** Runs of which something may be left: a person is needed. */
  metricNotClean(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(runMetrics.outcomes['not-clean'], options);
  }

  /** Looks that found their run stuck: a person is needed. */
  metricStuck(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(stuckMetric.name, options);
  }

  /** Differences between before and after that runs have left. */
  metricResidue(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(runMetrics.residue, options);
  }

  #makeFunctions(props: AerofaultProps, logRetention: RetentionDays): RunFunctions {
    const { documentPrefix } = this.hostDocuments;
    return new RunFunctions(this, 'Functions', {
      journal: this.#journal,
      reach: { clusters: props.clusters, documentPrefix },
      target: this.#target,
      timing: timingOf(props.timing),
      openings: {
        clusters: this.#clusters,
        allowedWindows: usefulWindows(props.allowedWindows ?? []),
        freezeParameter: this.#freezeParameter,
      },
      bundles: props.bundles ?? usualBundles,
      logRetention,
    });
  }

  #tell(): void {
    tell(this, {
      WorkflowArn: this.workflow.stateMachineArn,
      RestoreMachineArn: this.restoreMachine.stateMachineArn,
      AuditMachineArn: this.auditMachine.stateMachineArn,
      JournalTableName: this.journalTableName,
      AlarmTopicArn: this.alarmTopic.topicArn,
      ReportBucketName: this.reportBucket.bucketName,
      FreezeParameterName: this.#freezeParameter,
      ScheduleGroupName: this.scheduleGroup.scheduleGroupName,
      DashboardName: this.#reporting.dashboardName,
      DocumentPrefix: this.hostDocuments.documentPrefix,
      ExampleInput: JSON.stringify(exampleInput),
      ...this.#target?.outputs(),
      ...this.fis?.outputs(),
    });
  }
}
