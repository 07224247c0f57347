import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { Refusal } from '../../core/refusal.ts';

const examples = `
Examples:
  aerofault lab examples/isolate-one-node.json
  aerofault lab --shell 'aerofault plan examples/isolate-one-node.json'

Everything after \`lab\` is the lab's: \`aerofault lab --help\` tells its options and exit codes.`;

/** Adds the command that rehearses on this machine: the lab's own program, with its own words. */
export function addLab(root: Command): void {
  root
    .command('lab')
    .description('Rehearses on this machine, without AWS; --shell opens a shell on its stage')
    .argument('[words...]', "the lab's own options")
    .allowUnknownOption()
    .helpOption(false)
    .addHelpText('after', examples)
    .action(async (words: string[]) => {
      process.exitCode = await rehearse(words);
    });
}

function rehearse(words: readonly string[]): Promise<number> {
  const program = join(import.meta.dirname, '../../lab/main.ts');
  if (!existsSync(program)) {
    throw new Refusal(
      `Cannot rehearse as the lab must be beside the command line: found none; run it in a checkout of aerofault`,
    );
  }
  const child = spawn(process.execPath, [program, ...words], { stdio: 'inherit' });
  // Ctrl-C goes to both; the lab ends by itself, and its exit code is ours.
  process.on('SIGINT', () => undefined);
  process.once('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']);
    });
  });
}
