import type { Command } from 'commander';
import { Argument } from 'commander';
import * as z from 'zod';
import { printable } from '../../core/printable.ts';
import { Refusal } from '../../core/refusal.ts';
import { freezeReasonIn, freezeReasonMax } from '../../lambda/aws/freeze.ts';
import { freezeSwitch } from '../../lambda/aws/freeze-switch.ts';
import type { FreezeState, FreezeSwitch } from '../../lambda/aws/freeze-switch.ts';
import { onStack } from './connection.ts';
import { deploymentOf, DeploymentOptions } from './deployment.ts';
import { next, print, printJson } from './screen.ts';

const actions = ['on', 'off', 'show'] as const;
const Action = z.enum(actions);
type Action = z.infer<typeof Action>;
const FreezeOptions = DeploymentOptions.extend({ json: z.boolean() });

const examples = `
Examples:
  aerofault freeze on 'release week, ask ops'
  aerofault freeze show --json
  aerofault freeze off

While it is on, every new run is refused with the reason, however it is started; runs under way end as
always. Asking twice is no error. The switch is one SSM parameter, which several stacks may share.

Exit codes: 0 done or told, on or off; 2 bad input, 4 no credentials or permission, 70 a bug in aerofault,
75 AWS does not answer now.`;

/** Adds the command for the switch that keeps runs from starting. */
export function addFreeze(root: Command): void {
  onStack(root.command('freeze'))
    .description('Keeps every new run from starting, or lets them start again')
    .addArgument(new Argument('<what>', 'what to do').choices(actions))
    .argument('[reason...]', 'for on: what whoever is refused is told')
    .option('--json', 'print how the switch stands as JSON', false)
    .addHelpText('after', examples)
    .action(async (what: string, words: readonly string[], given: unknown) => {
      const { json, ...options } = FreezeOptions.parse(given);
      const action = Action.parse(what);
      const reason = reasonIn(action, words);
      const { connection, output } = await deploymentOf(options);
      const name = output('FreezeParameterName');
      const stands = await turn(freezeSwitch(connection, name), action, reason);
      if (json) printJson({ name, ...forPrograms(stands) });
      else print([sentenceOf(stands, name)]);
      if (stands.state === 'on') next(['freeze', 'off']);
    });
}

/** What is kept as the switch's value. @throws Refusal for what would not freeze, or not be told whole. */
function reasonIn(action: Action, words: readonly string[]): string | undefined {
  if (words.length === 0) return undefined;
  const said = words.join(' ');
  if (action !== 'on') {
    throw new Refusal(
      `Cannot turn the switch ${action} as only "on" takes a reason: found "${said}"`,
    );
  }
  const reason = freezeReasonIn(said);
  // SSM takes no reference to another parameter in a value.
  if (reason !== undefined && said.length <= freezeReasonMax && !said.includes('{{')) return reason;
  throw new Refusal(
    `Cannot freeze as a reason must be 1 to ${freezeReasonMax} characters without {{, and not a word for off: found "${said}"`,
  );
}

/** Turns the switch where it does not stand so already; how it stands then. */
async function turn(
  { show, on, off }: FreezeSwitch,
  action: Action,
  reason: string | undefined,
): Promise<FreezeState> {
  const before = await show();
  if (action === 'show') return before;
  if (action === 'off') {
    if (before.state === 'on') await off();
    return { state: 'off' };
  }
  // Frozen already, it is so since then; only another reason makes it anew.
  if (before.state === 'on' && (reason === undefined || reason === before.reason)) return before;
  await on(reason ?? 'on');
  return show();
}

const forPrograms = (stands: FreezeState): object =>
  stands.state === 'off' ? stands : { ...stands, since: instant(stands.since) };

function sentenceOf(stands: FreezeState, name: string): string {
  const says =
    stands.state === 'off'
      ? `Not frozen: runs may start (${name}).`
      : `Frozen since ${instant(stands.since) ?? 'an unknown time'}: "${stands.reason}" (${name}). No new run starts; runs under way end as always.`;
  return printable(says);
}

const instant = (at: number | undefined): string | undefined =>
  at === undefined ? undefined : new Date(at).toISOString();
