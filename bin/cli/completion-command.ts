import type { Command } from 'commander';
import { Argument } from 'commander';
import { print } from './screen.ts';

const examples = `
Examples:
  source <(aerofault completion bash)
  aerofault completion fish > ~/.config/fish/completions/aerofault.fish`;

/** Adds the command that prints what a shell needs to complete words: made of the commands as they are. */
export function addCompletion(root: Command): void {
  root
    .command('completion')
    .description('Prints what completes words in bash, zsh or fish')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText('after', examples)
    .action((shell: string) => {
      const words = wordsOf(root);
      if (shell === 'fish') print(forFish(words));
      else print([...(shell === 'zsh' ? forZsh : []), ...forBash(words)]);
    });
}

/** A command, and what may follow it. */
interface Words {
  readonly name: string;
  readonly says: string;
  readonly options: readonly string[];
  readonly inner: readonly string[];
}

function wordsOf(root: Command): Words[] {
  return root.commands.map((command) => ({
    name: command.name(),
    says: command.description(),
    options: [...command.options.flatMap(({ long }) => long ?? []), '--help'],
    inner: [
      ...command.commands.map((one) => one.name()),
      ...command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
    ],
  }));
}

const forZsh = ['autoload -U +X bashcompinit && bashcompinit'];

/** Commands first; then options after a hyphen, and files otherwise. */
function forBash(words: readonly Words[]): string[] {
  const cases = words.map(
    ({ name, options, inner }) =>
      `    ${name}) options="${options.join(' ')}"; words="${inner.join(' ')}" ;;`,
  );
  return [
    '_aerofault() {',
    '  local word="${COMP_WORDS[COMP_CWORD]}" options="" words=""',
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    COMPREPLY=($(compgen -W "${words.map(({ name }) => name).join(' ')} --help --no-color" -- "$word"))`,
    '    return',
    '  fi',
    '  case "${COMP_WORDS[1]}" in',
    ...cases,
    '  esac',
    '  case "$word" in',
    '    -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;',
    '    *) COMPREPLY=($(compgen -W "$words" -- "$word") $(compgen -f -- "$word")) ;;',
    '  esac',
    '}',
    'complete -o filenames -F _aerofault aerofault',
  ];
}

function forFish(words: readonly Words[]): string[] {
  const first = 'complete -c aerofault -n __fish_use_subcommand';
  return words.flatMap(({ name, says, options, inner }) => {
    const after = `complete -c aerofault -n "__fish_seen_subcommand_from ${name}"`;
    return [
      `${first} -a ${name} -d '${says.replaceAll("'", '')}'`,
      ...options.map((option) => `${after} -l ${option.slice(2)}`),
      ...(inner.length === 0 ? [] : [`${after} -a '${inner.join(' ')}'`]),
    ];
  });
}
