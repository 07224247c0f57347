import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import * as z from 'zod';
import { trapNames, traps } from './traps.ts';
import { isLayoutName, layoutNames, layouts } from './vpc/layouts.ts';

/** What may happen two seconds into the hold. */
const duringHold = [
  'kill-workflow',
  'stop-execution',
  'restore-by-hand',
  'fail-watch',
  'edit-group',
] as const;

/** Ways out that can be switched off, so that one of them is seen alone. */
const waysOut = ['schedule', 'status-change', 'sweeper', 'host-timer'] as const;

/** What `npm run lab` was asked for. It travels to the process inside the namespaces as JSON. */
export const LabOptions = z.strictObject({
  experiment: z.string(),
  nodes: z.int().min(2).max(9),
  clients: z.int().min(0).max(4),
  destinations: z.int().min(0).max(4),
  layout: z.enum(layoutNames),
  cluster: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/),
  duringHold: z.enum(duringHold).optional(),
  trap: z.enum(trapNames).optional(),
  without: z.array(z.enum(waysOut)),
  sweepSeconds: z.int().optional(),
  gameDays: z.boolean(),
  json: z.boolean(),
  report: z.string().optional(),
  html: z.string().optional(),
  verbose: z.boolean(),
  shell: z.union([z.string(), z.literal(true)]).optional(),
});
export type LabOptions = z.infer<typeof LabOptions>;

/** Wrong words on the command line, or a request for help: what to print, and the exit code. */
export class Usage extends Error {
  override readonly name = 'Usage';
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

const examples = `
Examples:
  npm run lab
  npm run lab -- examples/one-ended-recipe.json
  npm run lab -- examples/client-cut.json --during-hold kill-workflow --json
  npm run lab -- examples/halves.json --nodes 5 --layout shared
  npm run lab -- examples/halves.json --html report.html
  npm run lab -- --during-hold kill-workflow --without schedule,status-change --sweep-seconds 5
  npm run lab -- --shell 'aerofault run examples/isolate-one-node.json --confirm orders-staging'

Layouts:
${layoutNames.map((name) => `  ${name.padEnd(21)}${layouts[name].says}`).join('\n')}

Traps:
${trapNames.map((name) => `  ${name.padEnd(21)}${traps[name].says}`).join('\n')}

Exit codes: 0 every verdict confirmed and clean, 1 clean but a verdict refuted or inconclusive,
2 refused or bad input and nothing touched, 3 not clean or stuck, 70 a bug in aerofault.`;

/** Reads the command line. @throws Usage for unknown words, with commander's own hint. */
export function labOptions(words: readonly string[]): LabOptions {
  const command = labCommand();
  try {
    command.parse(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw new Usage(error.message, error.exitCode === 0 ? 0 : 2);
  }
  const [experiment = 'examples/isolate-one-node.json'] = command.args;
  return LabOptions.parse({ ...command.opts(), experiment });
}

function labCommand(): Command {
  return new Command('lab')
    .description('Rehearses an experiment on this machine, in network namespaces of its own')
    .argument('[experiment]', 'experiment file (default: examples/isolate-one-node.json)')
    .option('--nodes <count>', 'Aerospike nodes, 2 to 9', wholeBetween(2, 9), 3)
    .option('--clients <count>', 'client machines, 0 to 4', wholeBetween(0, 4), 1)
    .option('--destinations <count>', 'nodes to ship to, 0 to 4', wholeBetween(0, 4), 0)
    .option('--layout <name>', 'how the security groups are laid out (below)', oneLayout, 'default')
    .option('--cluster <name>', "the lab cluster's name", 'orders-staging')
    .option('--during-hold <event>', duringHold.join(', '), oneEvent)
    .addOption(new Option('--trap <name>', 'what misleads the verdicts (below)').choices(trapNames))
    .option('--without <ways>', `ways out to switch off, of ${waysOut.join(',')}`, someWays, [])
    .option('--sweep-seconds <n>', 'period of the sweeper', wholeBetween(1, 3600))
    .option('--game-days', "let the stack's own schedules start runs", false)
    .option('--json', 'print the report as JSON on standard output', false)
    .option('--report <file>', 'write the report to a file, too')
    .option('--html <file>', 'write the report as a page, too')
    .option('--verbose', "print the Lambdas' logs", false)
    .option('--shell [command]', 'run a shell, or one command line, on the stage: AWS is the lab')
    .addHelpText('after', examples)
    .exitOverride();
}

function wholeBetween(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

function oneEvent(text: string): string {
  if (duringHold.some((event) => event === text)) return text;
  throw new InvalidArgumentError(`It must be one of ${duringHold.join(', ')}.`);
}

function someWays(text: string): string[] {
  const ways = text.split(',');
  if (ways.every((way) => waysOut.some((known) => known === way))) return ways;
  throw new InvalidArgumentError(`It must be some of ${waysOut.join(',')}.`);
}

function oneLayout(text: string): string {
  if (isLayoutName(text)) return text;
  throw new InvalidArgumentError(`It must be one of ${layoutNames.join(', ')}.`);
}
