/** Questions to a person at a terminal. Never called where nobody can answer: then options say it. */
import { isCancel, select, text } from '@clack/prompts';
import { askPlainChoice, askPlainText } from './ask-plainly.ts';
import { Interrupted } from './interrupted.ts';
import { isDumb } from './screen.ts';

const output = process.stderr;

/** Asks for one line of text. @throws Interrupted for Ctrl-C. */
export async function askText(
  message: string,
  {
    usual,
    wrong,
  }: { readonly usual?: string; readonly wrong: (said: string) => string | undefined },
): Promise<string> {
  if (isDumb()) return askPlainText(message, { usual, wrong });
  const said = await text({
    message,
    output,
    ...(usual === undefined ? {} : { placeholder: usual, defaultValue: usual }),
    validate: (value) => wrong(value === undefined || value === '' ? (usual ?? '') : value),
  });
  if (isCancel(said)) throw new Interrupted();
  return said;
}

/** Asks to choose one of several. @throws Interrupted for Ctrl-C. */
export async function askOne<Value extends string>(
  message: string,
  options: readonly { readonly value: Value; readonly label: string }[],
): Promise<Value> {
  if (isDumb()) return askPlainChoice(message, options);
  const said = await select<string>({ message, output, options: [...options] });
  const chosen = options.find(({ value }) => value === said);
  if (isCancel(said) || chosen === undefined) throw new Interrupted();
  return chosen.value;
}
