import type { Inventory } from '../inventory.ts';
import type { RunItem } from '../journal.ts';
import type { HostStep, Step } from '../step.ts';
import {
  associateBack,
  authoriseAgain,
  deleteMade,
  editBack,
  removeAdded,
  setGroupsBack,
} from './api-commands.ts';
import { onHost } from './host-commands.ts';
import { awsCliIn, json, word } from './shell.ts';
import type { AwsCli } from './shell.ts';

/** What the commands of a run's steps are made from. */
export interface Means {
  readonly run: RunItem;
  readonly inventory: Inventory;
  /** The name of the SSM document that restores a host. */
  readonly restoreDocument: string;
  /** The account that the commands are for; the one that people are in anyway when absent. */
  readonly clusterAccount?: string | undefined;
}

/** The restore document of a deployment that chose no other prefix. */
export const usualRestoreDocument = 'Aerofault-Restore';

/**
 * Lines that a person can paste into a shell to undo one step by hand; a line that begins with # says where.
 * For a run that is closed: while it is open they would be done again. Nothing where nothing is to be undone.
 */
export function byHandOf(step: Step, means: Means): string[] {
  const { clusterAccount } = means;
  const commands = commandsOf(step, means);
  if (clusterAccount === undefined || commands.length === 0) return commands;
  return [`# With credentials of account ${word(clusterAccount)}:`, ...commands];
}

function commandsOf(step: Step, { run, inventory, restoreDocument }: Means): string[] {
  const aws = awsCliIn(run.execution);
  const commands = { runId: run.runId, inventory, aws };
  switch (step.kind) {
    case 'host-cut':
    case 'host-reroute':
    case 'host-route':
    case 'hold-service':
    case 'pause-xdr':
      return [
        ...bySsm(step, { run, restoreDocument, aws }),
        `# Or on ${word(step.instanceId)} itself, as root:`,
        ...onHost(step, run),
      ];
    case 'make-group':
      return deleteMade(step, commands);
    case 'add-rules':
      return removeAdded(step, commands);
    case 'edit-rules':
      return editBack(step, commands);
    case 'revoke-rules':
      return authoriseAgain(step, commands);
    case 'attach-group':
    case 'detach-groups':
      return setGroupsBack(step, commands);
    case 'swap-acl':
      return associateBack(step, commands);
    case 'sever':
    case 'end-pulse':
      return [];
  }
}

/** The host's own restore, for all steps of the run on the host at once. */
function bySsm(
  { instanceId }: HostStep,
  { run, restoreDocument, aws }: Pick<Means, 'run' | 'restoreDocument'> & { readonly aws: AwsCli },
): string[] {
  const parameters = { RunId: [run.runId], Action: ['undo'] };
  return [
    aws(
      'ssm send-command',
      `--document-name ${word(restoreDocument)}`,
      `--instance-ids ${word(instanceId)}`,
      `--parameters ${json(parameters)}`,
    ),
  ];
}
