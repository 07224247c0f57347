/** The items of probe.sh's parameter that are an instance's own, as host/own.sh picks them; undefined: none. */
export function ownQuestions(text: string, id: string): string[] | undefined {
  const [first = '', ...sections] = text.split(';');
  const items = first.split(',');
  if (sections.length === 0) return items;
  const [own, ...others] = sections.filter((section) => section.startsWith(`${id}@`));
  if (own === undefined || others.length > 0) return undefined;
  const [, numbers = ''] = own.split('=');
  return numbers.split(',').map((number) => items[Number(number) - 1] ?? `no item ${number}`);
}
