import type { Command } from 'commander';
import { Argument } from 'commander';
import * as z from 'zod';
import { printable } from '../../core/printable.ts';
import { Refusal } from '../../core/refusal.ts';
import { pauseSchedule, stackSchedules } from '../../lambda/aws/stack-schedules.ts';
import type { StackSchedule } from '../../lambda/aws/stack-schedules.ts';
import { onStack } from './connection.ts';
import { deploymentOf, DeploymentOptions } from './deployment.ts';
import type { Deployment } from './deployment.ts';
import { nextRuns } from './next-runs.ts';
import { next, print, printJson } from './screen.ts';

const actions = ['list', 'next', 'pause', 'resume'] as const;
const Action = z.enum(actions);
const ScheduleOptions = DeploymentOptions.extend({ json: z.boolean(), count: z.string() });

const examples = `
Examples:
  aerofault schedule list
  aerofault schedule pause nightly-isolate

list: what starts by the clock; next: when; pause and resume: one of them, until the stack is deployed anew.

Exit codes: 0 told or done, 2 no such schedule or bad input, 4 no credentials or permission, 70 a bug in
aerofault, 75 AWS does not answer now.`;

/** Adds the command for what a deployment starts by the clock. */
export function addSchedule(root: Command): void {
  onStack(root.command('schedule'))
    .description('Tells what starts by the clock and when; pauses and resumes it')
    .addArgument(new Argument('<what>', 'what to do').choices(actions))
    .argument('[name]', 'the schedule, for pause and resume')
    .option('--count <number>', 'how many times to tell of each, for next', '5')
    .option('--json', 'print it as JSON', false)
    .addHelpText('after', examples)
    .action(async (what: string, name: string | undefined, given: unknown) => {
      const action = Action.parse(what);
      const options = ScheduleOptions.parse(given);
      const deployment = await deploymentOf(options);
      if (action === 'list' || action === 'next') {
        const count = action === 'next' ? countIn(options.count) : 1;
        return tellOf(deployment, { json: options.json, count });
      }
      await setPaused(deployment, { name, paused: action === 'pause', json: options.json });
    });
}

function countIn(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 100) return count;
  throw new Refusal(`Cannot tell as --count must be from 1 to 100: found "${text}"`);
}

async function tellOf(
  { connection, output }: Deployment,
  { json, count }: { json: boolean; count: number },
): Promise<void> {
  const schedules = await stackSchedules(connection, output('ScheduleGroupName'));
  const after = Date.now();
  const told = schedules.map((one) => {
    const runs = one.paused ? [] : nextRuns(one.expression, one.timeZone, { count, after });
    return { ...one, next: runs.map((at) => new Date(at).toISOString()) };
  });
  if (json) return printJson({ schedules: told });
  const lines = told.flatMap((one) => [...linesOf(one), ...one.next.map((at) => `  next ${at}`)]);
  print(lines.length > 0 ? lines : ['Nothing starts by the clock.']);
  next(['schedule', 'pause', 'NAME']);
}

const linesOf = ({ name, says, expression, timeZone, paused }: StackSchedule): string[] =>
  [
    `${name}  ${paused ? 'PAUSED' : 'on'}  ${expression} ${timeZone}`,
    ...(says === '' ? [] : [`  ${says}`]),
  ].map(printable);

async function setPaused(
  { connection, output, stack }: Deployment,
  asked: { name: string | undefined; paused: boolean; json: boolean },
): Promise<void> {
  const { name, paused, json } = asked;
  const group = output('ScheduleGroupName');
  const found = name !== undefined && (await pauseSchedule(connection, { group, name, paused }));
  if (!found) {
    const known = (await stackSchedules(connection, group)).map((one) => one.name).join(', ');
    throw new Refusal(
      `Cannot ${paused ? 'pause' : 'resume'} "${name ?? ''}" as it must be a schedule of stack "${stack}": found ${known || 'none'}`,
    );
  }
  if (json) printJson({ name, paused });
  else print([`${name} is ${paused ? 'paused: it starts nothing' : 'on again'}.`]);
  next(['schedule', ...(paused ? ['resume', name] : ['next'])]);
}
