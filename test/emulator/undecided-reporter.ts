import type { Reporter, TestModule } from 'vitest/node';
import type { EndpointName } from './differences.ts';
import type { Plain } from './row.ts';

/** The answer of one endpoint to a question that no text decides. */
export interface Undecided {
  readonly endpoint: EndpointName;
  readonly row: string;
  readonly found: Plain;
  readonly isAsAssumed: boolean;
}

declare module 'vitest' {
  interface TaskMeta {
    undecided?: Undecided;
  }
}

/** Prints, after a run, what every endpoint answered to the rows that only a real account can settle. */
export class UndecidedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const answers = modules.flatMap((module) =>
      [...module.children.allTests()].flatMap((test) => test.meta().undecided ?? []),
    );
    if (answers.length === 0) return;
    const lines = [...Map.groupBy(answers, ({ row }) => row)].flatMap(([row, same]) => [
      `  ${row}`,
      ...same.map((answer) => `    ${answer.endpoint}: ${told(answer)}`),
    ]);
    process.stdout.write(`\nUndecided, asked and recorded:\n${lines.join('\n')}\n`);
  }
}

function told({ isAsAssumed, found }: Undecided): string {
  return isAsAssumed ? 'as taken for granted' : `OTHERWISE: ${JSON.stringify(found)}`;
}
