import type { Command } from 'commander';
import { nearest } from '../../core/nearest.ts';
import { exitCodeLines } from './exit-codes.ts';
import { Refusal } from '../../core/refusal.ts';
import { print } from './screen.ts';

/** Adds `help`, for a command or a topic. */
export function addHelp(root: Command): void {
  root.helpCommand(false);
  root
    .command('help')
    .description('Explains a command, or what exit codes mean: help exit-codes')
    .argument('[topic]', 'a command, or exit-codes')
    .addHelpText('after', '\nExamples:\n  aerofault help run\n  aerofault help exit-codes')
    .action((topic: string | undefined) => {
      if (topic === undefined) return root.outputHelp();
      if (topic === 'exit-codes')
        return print([
          'Exit codes, never renumbered:',
          '',
          ...exitCodeLines.map((line) => `  ${line}`),
        ]);
      const command = root.commands.find((one) => one.name() === topic);
      if (command !== undefined) return command.outputHelp();
      const names = [...root.commands.map((one) => one.name()), 'exit-codes'];
      const meant = nearest(topic, names);
      const guess = meant === undefined ? '' : `. Did you mean "${meant}"?`;
      throw new Refusal(
        `Cannot explain "${topic}" as it must be a command or exit-codes: found neither${guess}`,
      );
    });
}
