/** One whole look by the deployed gateway: how many SSM commands it costs, and that nobody's answer is lost. */
import { afterEach, describe, expect, test } from 'vitest';
import { lookAt } from '../../../bench/one-look.ts';
import { hostsOfTextMax, questionTextMax } from '../../../core/probe/question-texts.ts';
import { probingSsm } from './probing-ssm.ts';

let ssm: Awaited<ReturnType<typeof probingSsm>> | undefined;

afterEach(async () => {
  await ssm?.stop();
  ssm = undefined;
});

describe('sample()', () => {
  test.each([3, 30, 100, 200])(
    'with %i nodes sends a command for every fifty hosts, and one more only for a full text',
    async (nodes) => {
      ssm = await probingSsm();
      const { asked, questions, seen, views } = await lookAt(nodes, ssm.hosts);
      const { sent } = ssm;
      const full = sent.filter(({ text }) => text.length > questionTextMax * 0.9).length;

      expect(sent.length).toBeLessThanOrEqual(Math.ceil(asked / hostsOfTextMax) + full);
      expect(sent.reduce((sum, { hosts }) => sum + hosts, 0)).toBe(asked);
      for (const { text } of sent) expect(text.length).toBeLessThanOrEqual(questionTextMax);
      expect(seen + views).toBe(questions);
    },
  );

  test('with 100 nodes and 50 clients sends far fewer commands than it asks hosts', async () => {
    ssm = await probingSsm();
    const { asked } = await lookAt(100, ssm.hosts);
    expect(asked).toBeGreaterThanOrEqual(100);
    expect(ssm.sent.length * 20).toBeLessThanOrEqual(asked);
  });
});
