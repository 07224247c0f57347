import { once } from 'node:events';
import * as z from 'zod';
import { Assignment } from './execution-messages.ts';
import type { Report } from './execution-messages.ts';
import { asRuntimeError, interpret } from './interpret.ts';

/**
 * One execution of one state machine, in a process of its own so that it can die without anything else.
 *
 * The lab's Step Functions spawns it and tells it what to run over IPC; it ends with the execution, or
 * with its parent.
 */

function say(report: Report): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) resolve();
    else process.send(report, undefined, undefined, () => resolve());
  });
}

process.on('disconnect', () => process.exit());
const [assignment] = z
  .tuple([Assignment])
  .rest(z.unknown())
  .parse(await once(process, 'message'));
const ending = await interpret(assignment, {
  tell: (event) => say({ kind: 'event', event }),
}).catch(asRuntimeError);
await say({ kind: 'ended', ending });
process.exit();
