/** Questions to a person whose terminal shows lines and nothing else: an answer is a line, no escape is sent. */
import { createInterface } from 'node:readline/promises';
import { Interrupted } from './interrupted.ts';
import { tell } from './screen.ts';

/** Asks for one line of text, until it is right. @throws Interrupted for Ctrl-C, and where input ends. */
export async function askPlainText(
  message: string,
  { usual, wrong }: { usual?: string | undefined; wrong: (said: string) => string | undefined },
): Promise<string> {
  const prompt = usual === undefined ? `${message} ` : `${message} (${usual}) `;
  for (;;) {
    const line = (await askLine(prompt)).trim();
    const said = line === '' ? (usual ?? '') : line;
    const problem = wrong(said);
    if (problem === undefined) return said;
    tell(problem);
  }
}

/** Asks to choose one of several by its number; the first is usual. @throws Interrupted as above. */
export async function askPlainChoice<Value extends string>(
  message: string,
  options: readonly { readonly value: Value; readonly label: string }[],
): Promise<Value> {
  tell(message);
  options.forEach(({ label }, at) => tell(`  ${at + 1}  ${label}`));
  const chosenBy = (said: string): Value | undefined =>
    /^\d+$/.test(said) ? options[Number(said) - 1]?.value : undefined;
  const range = `1 to ${options.length}`;
  const said = await askPlainText(`Which, ${range}?`, {
    usual: '1',
    wrong: (word) => (chosenBy(word) === undefined ? `It must be ${range}` : undefined),
  });
  const chosen = chosenBy(said);
  if (chosen === undefined) throw new Interrupted();
  return chosen;
}

async function askLine(prompt: string): Promise<string> {
  const { stdin: input, stderr: output } = process;
  const lines = createInterface({ input, output, terminal: false });
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  process.once('SIGINT', leave);
  lines.once('close', leave);
  try {
    return await lines.question(prompt, { signal: gone.signal });
  } catch (error) {
    if (gone.signal.aborted) throw new Interrupted();
    throw error;
  } finally {
    process.off('SIGINT', leave);
    lines.off('close', leave);
    lines.close();
  }
}
