/** The three answers and the outcomes as the page shows them: a mark and always a word. */
import { markup } from './markup.ts';
import type { Content, Markup } from './markup.ts';
import type { Report } from '../report.ts';
import type { VerdictAnswer } from '../verdict.ts';

/** How something looks: good, bad, not known, or nothing to judge. */
export type Tone = 'good' | 'bad' | 'unknown' | 'plain';

const toneOf: Record<VerdictAnswer, Tone> = {
  confirmed: 'good',
  refuted: 'bad',
  inconclusive: 'unknown',
};
const markOf: Record<Tone, string> = { good: '✓', bad: '✗', unknown: '?', plain: '–' };

/** A mark that screen readers leave out, for a word stands beside it. */
export const mark = (tone: Tone): Markup => markup`<span aria-hidden="true">${markOf[tone]}</span>`;

/** An answer with its mark. */
export const answerTag = (answer: VerdictAnswer): Markup =>
  toned(toneOf[answer], [mark(toneOf[answer]), ' ', answer]);

export const toned = (tone: Tone, content: Content): Markup =>
  markup`<span class="tag ${tone}">${content}</span>`;

/** The five verdicts in the order of the run, with their places on the page. */
export const verdictNames = {
  steady: 'steady',
  inForce: 'in force',
  expected: 'expected',
  clean: 'clean',
  recovered: 'recovered',
} as const;
export type VerdictName = keyof typeof verdictNames;

export const verdictsOf = ({
  verdicts,
}: Report): { name: VerdictName; title: string; tone: Tone; answer: VerdictAnswer }[] =>
  (['steady', 'inForce', 'expected', 'clean', 'recovered'] as const).map((name) => {
    const { answer } = verdicts[name];
    return { name, title: verdictNames[name], answer, tone: toneOf[answer] };
  });

/** Where a verdict's evidence is on the page. */
export const placeOf = (name: VerdictName): string =>
  `evidence-${verdictNames[name].replace(' ', '-')}`;

/** How the run ended, in a word or three. */
export function outcomeWords(report: Report): { tone: Tone; word: string } {
  const { outcome, stuck } = report;
  switch (outcome) {
    case 'confirmed':
      return { tone: 'good', word: 'Confirmed' };
    case 'refused':
      return { tone: 'plain', word: 'Refused' };
    case 'not-clean':
      return { tone: 'bad', word: stuck === null ? 'Not clean' : 'Stuck: not clean' };
    case 'broken':
      return { tone: 'bad', word: 'Broken' };
    case 'not-confirmed': {
      const isRefuted = verdictsOf(report).some(({ answer }) => answer === 'refuted');
      return isRefuted
        ? { tone: 'bad', word: 'Not confirmed' }
        : { tone: 'unknown', word: 'Not confirmed: inconclusive' };
    }
  }
}
