import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { ExperimentWorkflow } from './experiment-workflow.ts';
import type { JournalTable } from './journal-table.ts';
import type { RestoreMachine } from './restore-machine.ts';
import type { RunFunctions } from './run-functions.ts';
import { Watchdog } from './watchdog.ts';

/** What a deployment's watchdog watches over, and by what it ends runs. */
export interface WatchedRuns {
  readonly functions: RunFunctions;
  readonly restoreMachine: RestoreMachine;
  readonly workflow: ExperimentWorkflow;
  readonly journal: JournalTable;
  readonly alarmTopic: ITopic;
}

/** The watchdog of a deployment: Arm sets it for a run, and whatever ends a run calls it off. */
export function watchRuns(scope: Construct, watched: WatchedRuns): void {
  const { restoreMachine, workflow, journal, alarmTopic } = watched;
  const { arm, restore, proveClean, sweep, deleteGuard } = watched.functions;
  const watchdog = new Watchdog(scope, 'Watchdog', {
    restoreMachine: restoreMachine.machine,
    sweep,
    alarmTopic,
    journal,
  });
  watchdog.armedBy(arm);
  watchdog.disarmedBy(restore, proveClean, sweep, deleteGuard);
  watchdog.follow(workflow.machine);
}
