import type { Reporter, TestCase, TestModule } from 'vitest/node';

/**
 * Ends every test run with one plain line, `N passed, N failed, N skipped`, for CI to read; before it, by
 * name, every test that passed only when it was tried again, and why it was.
 */
export class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string): number =>
      tests.filter((test) => test.result().state === state).length;
    const broken = modules.filter(
      (module) => module.state() === 'failed' && module.errors().length > 0,
    );
    const failed = count('failed') + broken.length;
    const lines = [
      ...tests.filter(isTriedAgain).flatMap(triedAgain),
      `${count('passed')} passed, ${failed} failed, ${count('skipped')} skipped`,
    ];
    process.stdout.write(`\n${lines.join('\n')}\n`);
  }
}

const isTriedAgain = (test: TestCase): boolean => test.diagnostic()?.flaky === true;

/** Its name, and the first lines of what went wrong the first time. */
function triedAgain(test: TestCase): string[] {
  const [error] = test.result().errors ?? [];
  const lines = error?.message.split('\n').slice(0, linesMax) ?? [];
  return [`tried again: ${test.fullName}`, ...lines.map((line) => `  ${line}`)];
}

const linesMax = 12;
