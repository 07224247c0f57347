import { resolve } from 'node:path';
import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { usualTiming } from '../core/timing.ts';
import type { Timing } from '../core/timing.ts';
import { usefulWindows } from '../core/windows.ts';
import type { AllowedWindow } from '../core/windows.ts';
import { alarmTopicFor } from './alarm-topic.ts';
import { DeleteGuard } from './delete-guard.ts';
import { usualDocumentPrefix } from './document-name.ts';
import { ExperimentWorkflow } from './experiment-workflow.ts';
import { GameDays } from './game-days.ts';
import type { ScheduledExperiment } from './game-days.ts';
import { JournalTable } from './journal-table.ts';
import { RestoreMachine } from './restore-machine.ts';
import { RunFunctions } from './run-functions.ts';
import { Watchdog } from './watchdog.ts';

/** What a deployment may choose. */
export interface AerofaultStackProps extends StackProps {
  /** The clusters that may be touched, by their `aerofault:cluster` tag; every tagged one when absent. */
  readonly clusters?: readonly string[];
  /** Runs that start by the clock; none when absent. */
  readonly schedules?: readonly ScheduledExperiment[];
  /** What the names of the host documents begin with; the same as in their own stack. */
  readonly documentPrefix?: string;
  /** The whole of every run must lie in one of these, until its deadline; any time will do when absent. */
  readonly allowedWindows?: readonly AllowedWindow[];
  /** The SSM parameter that keeps runs from starting while it is there; `/aerofault/freeze` when absent. */
  readonly freezeParameter?: string;
  /** Spans that differ from {@link usualTiming}. */
  readonly timing?: Partial<Timing>;
  /** An SNS topic that is told of every alarm; one of the stack's own when absent. */
  readonly alarmTopicArn?: string;
  /** How long logs are kept; three months when absent. The journal is kept for ever. */
  readonly logRetention?: RetentionDays;
  /** Folder of the Lambda bundles; what `npm run bundle` makes when absent. */
  readonly bundles?: string;
}

/** The freeze switch, unless a deployment says otherwise. */
const usualFreezeParameter = '/aerofault/freeze';
const usualBundles = resolve(import.meta.dirname, '../dist/lambda');

/** What an operator pastes into the console first; the cluster's name is theirs to change. */
export const exampleInput = {
  name: 'isolate-one-node',
  cluster: 'orders-staging',
  fault: { kind: 'partition', topology: { kind: 'isolate', count: 1 } },
  mechanism: 'iptables',
  holdSeconds: 60,
};

/**
 * Everything of aerofault but the host documents: the workflow, the journal, and the ways out.
 *
 * Deleting it restores every open run first, or fails; it leaves the journal.
 */
export class AerofaultStack extends Stack {
  readonly workflow: ExperimentWorkflow;
  readonly restoreMachine: RestoreMachine;
  readonly journal: JournalTable;
  readonly alarmTopic: sns.ITopic;

  constructor(scope: Construct, id: string, props: AerofaultStackProps = {}) {
    super(scope, id, {
      description: 'Self-restoring, self-proving faults for Aerospike',
      ...props,
    });
    const { alarmTopicArn, logRetention = RetentionDays.THREE_MONTHS, schedules = [] } = props;
    this.journal = new JournalTable(this, 'JournalTable');
    const functions = this.#makeFunctions(props, logRetention);
    this.restoreMachine = new RestoreMachine(this, 'RestoreMachine', { functions, logRetention });
    this.workflow = new ExperimentWorkflow(this, 'ExperimentWorkflow', { functions, logRetention });
    this.alarmTopic = alarmTopicFor(this, alarmTopicArn);
    this.#watch(functions, this.alarmTopic);
    new GameDays(this, 'GameDays', { workflow: this.workflow.machine, schedules });
    const before = [...this.node.children];
    new DeleteGuard(this, 'DeleteGuard', { restoreAll: functions.deleteGuard, before });
    this.#tell();
  }

  #makeFunctions(props: AerofaultStackProps, logRetention: RetentionDays): RunFunctions {
    const {
      clusters,
      documentPrefix = usualDocumentPrefix,
      timing,
      allowedWindows = [],
      freezeParameter = usualFreezeParameter,
      bundles = usualBundles,
    } = props;
    return new RunFunctions(this, 'Functions', {
      journal: this.journal,
      reach: { clusters, documentPrefix },
      timing: { ...usualTiming, ...timing },
      openings: { allowedWindows: usefulWindows(allowedWindows), freezeParameter },
      bundles,
      logRetention,
    });
  }

  #watch(functions: RunFunctions, alarmTopic: sns.ITopic): void {
    const { arm, restore, proveClean, sweep, deleteGuard } = functions;
    const restoreMachine = this.restoreMachine.machine;
    const { journal } = this;
    const watchdog = new Watchdog(this, 'Watchdog', { restoreMachine, sweep, alarmTopic, journal });
    watchdog.armedBy(arm);
    watchdog.disarmedBy(restore, proveClean, sweep, deleteGuard);
    watchdog.follow(this.workflow.machine);
  }

  #tell(): void {
    this.#output(
      'WorkflowArn',
      this.workflow.machine.stateMachineArn,
      'Start it with an experiment',
    );
    this.#output(
      'RestoreMachineArn',
      this.restoreMachine.machine.stateMachineArn,
      'Start it with {"runId": "…"} to restore a run by hand',
    );
    this.#output(
      'JournalTableName',
      this.journal.tableName,
      'Who, what, when, and whether it is over',
    );
    this.#output(
      'AlarmTopicArn',
      this.alarmTopic.topicArn,
      'Subscribe to it: it tells when a person is needed',
    );
    this.#output('ExampleInput', JSON.stringify(exampleInput), 'An experiment to begin with');
  }

  #output(id: string, value: string, description: string): void {
    new CfnOutput(this, id, { value, description });
  }
}
