import { resolve } from './intrinsics.ts';
import { readTemplates } from './template.ts';

/** The outputs of every stack of an assembly, by the stack's name, as CloudFormation would tell them. */
export function readStackOutputs(
  directory: string,
): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const { stacks } = readTemplates(directory);
  return new Map(
    stacks.map((stack) => [
      stack.stackName,
      Object.fromEntries(
        Object.entries(stack.Outputs).map(([name, { Value }]) => [
          name,
          String(resolve(Value, { stack, stacks })),
        ]),
      ),
    ]),
  );
}
