/** All commands, in the order of the work. */
import { Command } from 'commander';
import { addAbort } from './abort-command.ts';
import { addAudit } from './audit-command.ts';
import { keepPlace } from './command-line.ts';
import { addCompletion } from './completion-command.ts';
import { addDoctor } from './doctor-command.ts';
import { addFreeze } from './freeze-command.ts';
import { addHelp } from './help-command.ts';
import { addInit } from './init-command.ts';
import { addLab } from './lab-command.ts';
import { addPlan } from './plan-command.ts';
import { addReport } from './report-command.ts';
import { addRestore } from './restore-command.ts';
import { addRun } from './run-command.ts';
import { addSchedule } from './schedule-command.ts';
import { addStatus } from './status-command.ts';
import { addValidate } from './validate-command.ts';

const groups = [
  { heading: 'Before a run:', add: [addInit, addValidate, addPlan, addDoctor, addAudit] },
  { heading: 'Run:', add: [addRun, addStatus, addAbort, addRestore, addFreeze] },
  { heading: 'After it:', add: [addReport] },
  { heading: 'Rehearse:', add: [addLab] },
  { heading: 'Regularly:', add: [addSchedule] },
  { heading: 'More:', add: [addCompletion, addHelp] },
] as const;

const examples = `
Example:
  aerofault init --cluster orders-staging
  aerofault plan isolate-one-node.yaml
  aerofault run isolate-one-node.yaml --plan 4be19c02

Exit codes: aerofault help exit-codes. NO_COLOR and TERM=dumb are heeded.`;

/** The command line as commander knows it. Ends by throwing, never by leaving the process. */
export function program(): Command {
  const root = new Command('aerofault')
    .description('Self-restoring, self-proving network faults for Aerospike clusters on AWS')
    .option('--no-color', 'without colours')
    .addHelpText('after', examples)
    .showSuggestionAfterError()
    .exitOverride();
  root.hook('preAction', (_, command) => {
    keepPlace(command);
    if (root.opts()['color'] === false) process.env['NO_COLOR'] = '1';
  });
  for (const { heading, add } of groups) {
    root.commandsGroup(heading);
    for (const one of add) one(root);
  }
  for (const command of root.commands) command.exitOverride();
  return root;
}
