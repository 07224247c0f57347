import { Refusal } from '../../core/refusal.ts';
import { outputPrefixOf } from '../../lib/output-prefix.ts';

/** Which deployment of a stack is meant; the only one where no construct is named. */
export interface Meant {
  readonly stack: string;
  /** The construct's path within the stack. */
  readonly construct?: string | undefined;
}

/** Only a deployment tells all of these under one prefix; a stack may well have one of them of its own. */
const marks = ['RestoreMachineArn', 'JournalTableName', 'DocumentPrefix'] as const;

/**
 * What a deployment tells of itself, by names without its prefix, among all the outputs of its stack: as
 * `WorkflowArn` of the output `FaultsWorkflowArn` where the deployment is a construct "Faults".
 *
 * @throws Refusal where the stack has no deployment, or several and nobody says which.
 */
export function deploymentOutputs(
  outputs: ReadonlyMap<string, string>,
  meant: Meant,
): Map<string, string> {
  const prefix = chosen(prefixesIn(outputs), meant, outputs);
  const own = [...outputs].filter(([name]) => name.startsWith(prefix));
  return new Map(own.map(([name, value]) => [name.slice(prefix.length), value]));
}

function prefixesIn(outputs: ReadonlyMap<string, string>): string[] {
  const [first] = marks;
  return [...outputs.keys()]
    .filter((name) => name.endsWith(first))
    .map((name) => name.slice(0, -first.length))
    .filter((prefix) => marks.every((mark) => outputs.has(`${prefix}${mark}`)))
    .toSorted();
}

function chosen(
  prefixes: readonly string[],
  { stack, construct }: Meant,
  outputs: ReadonlyMap<string, string>,
): string {
  const [first, ...others] = prefixes;
  if (first === undefined) {
    const found = [...outputs.keys()].join(', ') || 'none';
    throw new Refusal(
      `Cannot use stack "${stack}" as its outputs must name ${marks.join(', ')} of a deployment: found ${found} (choose with --stack, or deploy it anew)`,
    );
  }
  if (construct === undefined && others.length === 0) return first;
  const asked = construct === undefined ? undefined : outputPrefixOf(construct.split('/'));
  if (asked !== undefined && prefixes.includes(asked)) return asked;
  const there = prefixes.map((prefix) => prefix || 'Default').join(', ');
  const found = construct === undefined ? 'none' : `"${construct}"`;
  throw new Refusal(
    `Cannot tell which deployment of stack "${stack}" is meant as --construct must be one of ${there}: found ${found}`,
  );
}
