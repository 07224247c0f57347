import { Refusal } from '../../core/refusal.ts';

/**
 * What a stack tells under a name: the output of that name, or the one whose name ends so, as
 * `FaultsWorkflowArn` where the deployment is a construct "Faults" among others.
 *
 * @throws Refusal where two constructs of the stack tell it, since nobody can know which is meant.
 */
export function outputNamed(
  outputs: ReadonlyMap<string, string>,
  name: string,
): string | undefined {
  const exact = outputs.get(name);
  if (exact !== undefined) return exact;
  const ending = [...outputs].filter(([key]) => key.endsWith(name));
  if (ending.length > 1) {
    throw new Refusal(
      `Cannot tell ${name} as one deployment of the stack must tell it: found ${ending.map(([key]) => key).join(', ')}`,
    );
  }
  return ending[0]?.[1];
}
