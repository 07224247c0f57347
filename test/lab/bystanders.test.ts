import { beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { describeKernel, observe } from './vpc/in-namespaces.ts';

const Findings = z.array(z.object({ answer: z.string(), saw: z.string() }));
const Observed = z.object({ untouched: Findings, harmed: Findings, nobody: Findings });

describeKernel('watchBystanders()', () => {
  let seen: z.infer<typeof Observed>;

  beforeAll(async () => {
    seen = Observed.parse(await observe('bystanders'));
  });

  test('sees flows both ways that nothing harms: every connection opens, every question is answered', () => {
    const says = seen.untouched.map(({ saw }) => saw);

    expect(seen.untouched.map(({ answer }) => answer)).toEqual(Array(3).fill('confirmed'));
    expect(says.map((saw) => /from (\w+):/.exec(saw)?.[1])).toEqual(['monitor', 'n1', 'n2']);
    for (const saw of says) {
      const [, opened, dialled, answered, asked] = / (\d+) of (\d+) .* (\d+) of (\d+) /.exec(saw)!;
      expect(Number(dialled)).toBeGreaterThanOrEqual(6);
      expect(Number(asked)).toBeGreaterThanOrEqual(2);
      expect([opened, answered]).toEqual([dialled, asked]);
    }
  });

  test('sees harm where there is some, new and standing, and only there', () => {
    const [monitor, n1, n2] = seen.harmed;

    expect(monitor).toMatchObject({ answer: 'refuted' });
    expect(monitor!.saw).toContain('the standing connection to 10.0.1.11/3000');
    expect(monitor!.saw).not.toContain('10.0.2.12');
    expect(n1!.saw).toContain('a new connection to 10.0.1.251');
    expect(n2).toMatchObject({ answer: 'confirmed' });
  });

  test('has nothing to say where there is no bystander', () => {
    expect(seen.nobody).toEqual([]);
  });
});
