/** A row of the table in docs/faults.md that says what proves which technique. */
export interface ProofRow {
  readonly technique: string;
  readonly experiments: string;
  readonly proofs: string;
}

/** The rows of every table under the heading "Where each technique is proven". */
export function proofRows(page: string): ProofRow[] {
  const [, section = ''] = page.split(/^## Where each technique is proven$/m);
  const [own = ''] = section.split(/^## /m);
  return own
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.slice(1, -1).split('|'))
    .map(([technique = '', experiments = '', proofs = '']) => ({
      technique: technique.trim(),
      experiments: experiments.trim(),
      proofs: proofs.trim(),
    }))
    .filter(({ technique }) => technique !== 'technique' && !/^-+$/.test(technique));
}

/** Where the links of a text lead, without those to the web. */
export const linksIn = (text: string): string[] =>
  [...text.matchAll(/\]\(([^)#]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^https?:/.test(link));

/** The tests that a text names, as `file` “title”. */
export const citationsIn = (text: string): { file: string; title: string }[] =>
  [...text.matchAll(/`(test\/[^`]+)` “([^”]+)”/g)].map(([, file = '', title = '']) => ({
    file,
    title,
  }));
