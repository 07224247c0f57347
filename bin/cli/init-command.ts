import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { Option } from 'commander';
import * as z from 'zod';
import { parseExperiment } from '../../core/experiment.ts';
import { Zone } from '../../core/fault/named.ts';
import { ClusterName } from '../../core/named-clusters.ts';
import { Refusal } from '../../core/refusal.ts';
import { readText } from '../../lib/experiment-text.ts';
import { askOne, askText } from './ask.ts';
import { firstExperiment, firstKinds, tagCommands } from './first-experiments.ts';
import type { FirstChoice, FirstKind } from './first-experiments.ts';
import { refuseUnwritable, writeNamed } from './named-file.ts';
import { canAsk, next, print, printJson, tell } from './screen.ts';

/** What a first experiment may be about. */
export const kinds = z.enum(['isolate-one-node', 'split-in-halves', 'lose-a-zone', 'cut-clients']);

/** How it may be done. */
export const mechanisms = z.enum(['iptables', 'nft', 'security-group', 'network-acl']);

const InitOptions = z.strictObject({
  cluster: z.string().optional(),
  kind: kinds.optional(),
  zone: z.string().optional(),
  mechanism: mechanisms.optional(),
  hold: z.string().optional(),
  out: z.string().optional(),
  force: z.boolean(),
  input: z.boolean(),
  json: z.boolean(),
});
type InitOptions = z.infer<typeof InitOptions>;

const examples = `
Examples:
  aerofault init
  aerofault init --cluster orders-staging --kind isolate-one-node --out isolate-one-node.yaml
  aerofault init --cluster orders-staging --kind lose-a-zone --zone eu-west-1a

Kinds:
${Object.entries(firstKinds)
  .map(([name, says]) => `  ${name.padEnd(18)}${says}`)
  .join('\n')}

Exit codes: 0 written, 2 refused or bad input, 130 Ctrl-C. It asks nobody but you, and needs no AWS.`;

/** Adds the command that writes a first experiment. */
export function addInit(root: Command): void {
  root
    .command('init')
    .description('Writes a first experiment, and the tags to set; asks for what is not given')
    .option('--cluster <name>', 'value of the tag aerofault:cluster')
    .addOption(new Option('--kind <kind>', 'what to do (below)').choices(kinds.options))
    .option('--zone <name>', 'the availability zone to lose, with lose-a-zone')
    .addOption(new Option('--mechanism <name>', 'how to do it').choices(mechanisms.options))
    .option('--hold <seconds>', 'how long the fault stays (default: 60)')
    .option('--out <file>', 'where to write it (default: KIND.yaml)')
    .option('--force', 'replace a file that is there', false)
    .option('--no-input', 'never ask')
    .option('--json', 'print what was written as JSON', false)
    .addHelpText('after', examples)
    .action(async (given: unknown) => init(InitOptions.parse(given)));
}

async function init(options: InitOptions): Promise<void> {
  // Before anybody has answered the questions in vain.
  if (options.out !== undefined) refuseFile(options.out, options);
  const kind = options.kind ?? (asks(options) ? await askKind() : 'isolate-one-node');
  const file = options.out ?? `${kind}.yaml`;
  refuseFile(file, options);
  const choice = await choiceOf(kind, options);
  const text = firstExperiment(choice, relative(dirname(resolve(file)), schemaFile()));
  // Said before it is written, in the words of every experiment, rather than when the file is read.
  const experiment = parseExperiment(readText(text, { isJson: false }).value);
  writeNamed(file, text);
  const commands = tagCommands(choice);
  if (options.json) return printJson({ file, experiment, tagCommands: commands });
  tell(
    `Wrote ${file}. Only what bears the tags of its cluster can be touched; set them, with your ids:`,
  );
  print(['', ...commands, '']);
  next(['plan', file]);
}

function refuseFile(file: string, { force }: InitOptions): void {
  if (file.endsWith('.json')) {
    throw new Refusal(
      `Cannot write "${file}" as the name of what is YAML must not end in .json: found one that does`,
    );
  }
  if (!force && existsSync(file)) {
    throw new Refusal(
      `Cannot write "${file}" as it must not be there yet: found it; add --force to replace it`,
    );
  }
  refuseUnwritable(file);
}

const asks = ({ input }: InitOptions): boolean => input && canAsk();

async function choiceOf(kind: FirstKind, options: InitOptions): Promise<FirstChoice> {
  refuseStrayZone(kind, options);
  const isAsked = asks(options);
  const cluster = options.cluster ?? (isAsked ? await askCluster() : missing('--cluster', 'NAME'));
  const which =
    kind === 'lose-a-zone'
      ? { kind, zone: options.zone ?? (isAsked ? await askZone() : missing('--zone', 'ZONE')) }
      : { kind };
  const mechanism = options.mechanism ?? (isAsked ? await askMechanism() : 'iptables');
  const holdSeconds = Number(options.hold ?? (isAsked ? await askHold() : '60'));
  return { ...which, cluster, mechanism, holdSeconds };
}

function missing(option: string, word: string): never {
  throw new Refusal(
    `Cannot write an experiment as ${option} must name one where nobody can be asked: found none; add ${option} ${word}`,
  );
}

function refuseStrayZone(kind: FirstKind, { zone }: InitOptions): void {
  if (zone === undefined || kind === 'lose-a-zone') return;
  throw new Refusal(
    `Cannot write ${kind} as --zone must be left out where no zone is lost: found "${zone}"; add --kind lose-a-zone`,
  );
}

const askKind = (): Promise<FirstKind> =>
  askOne(
    'What should happen?',
    kinds.options.map((value) => ({ value, label: firstKinds[value] })),
  );

const askCluster = (): Promise<string> =>
  askText('What is the cluster called (its tag aerofault:cluster)?', {
    wrong: (said) =>
      ClusterName.safeParse(said).success
        ? undefined
        : 'It must be letters, digits, dots and hyphens',
  });

const askZone = (): Promise<string> =>
  askText('Which availability zone is lost, as eu-west-1a?', {
    wrong: (said) =>
      Zone.safeParse(said).success ? undefined : 'It must be small letters, digits and hyphens',
  });

const askMechanism = (): Promise<'iptables' | 'security-group'> =>
  askOne('How?', [
    { value: 'iptables', label: 'packet filters on the hosts, through SSM' },
    {
      value: 'security-group',
      label: 'security-group rules; what stands is closed on the hosts, through SSM',
    },
  ]);

const askHold = (): Promise<string> =>
  askText('For how many seconds?', {
    usual: '60',
    wrong: (said) =>
      /^\d+$/.test(said) && Number(said) >= 10 && Number(said) <= 3600
        ? undefined
        : 'It must be from 10 to 3600',
  });

/** The published schema, wherever this was installed. */
function schemaFile(): string {
  let folder = import.meta.dirname;
  while (folder !== dirname(folder)) {
    const file = join(folder, 'schema/experiment.schema.json');
    if (existsSync(file)) return file;
    folder = dirname(folder);
  }
  return 'experiment.schema.json';
}
