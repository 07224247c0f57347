import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { program } from '../bin/cli/program.ts';
import { exitCodeLines } from '../bin/cli/exit-codes.ts';

const file = resolve(import.meta.dirname, '../docs/cli.md');

/** What stands between the marks of docs/cli.md: the help of each command as it is, and the exit codes. */
export function helpTexts(): ReadonlyMap<string, string> {
  const root = program();
  const texts = root.commands.map(
    (command) => [command.name(), command.helpInformation()] as const,
  );
  return new Map([...texts, ['exit-codes', `${exitCodeLines.join('\n')}\n`]]);
}

/** The page with every block as it should be. @throws where it has a block of no command. */
export function written(page: string): string {
  const texts = helpTexts();
  return page.replaceAll(
    /<!-- help (\S+) -->\n\n?```\n.*?```\n/gs,
    (_, name: string) => `<!-- help ${name} -->\n\n\`\`\`\n${textOf(texts, name)}\`\`\`\n`,
  );
}

function textOf(texts: ReadonlyMap<string, string>, name: string): string {
  const text = texts.get(name);
  if (text !== undefined) return text;
  throw new Error(`Cannot write docs/cli.md as "${name}" must be a command: found none`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(file, written(readFileSync(file, 'utf8')));
}
