import type { Experiment } from '../../core/experiment.ts';
import { Refusal } from '../../core/refusal.ts';
import { askText } from './ask.ts';
import { canAsk } from './screen.ts';

/**
 * Makes sure that somebody means this very cluster: by its name, typed at a terminal, or given with --confirm.
 *
 * @throws Refusal for another name, and where nobody can be asked. @throws Interrupted for Ctrl-C.
 */
export async function confirmCluster(
  { name, cluster }: Experiment,
  { confirm, asks }: { readonly confirm?: string | undefined; readonly asks: boolean },
): Promise<void> {
  if (confirm === cluster) return;
  if (confirm !== undefined) {
    throw new Refusal(
      `Cannot run ${name} as --confirm must name its cluster "${cluster}": found "${confirm}"`,
    );
  }
  if (!asks || !canAsk()) {
    throw new Refusal(
      `Cannot run ${name} as --confirm must name its cluster where nobody can be asked: found none; add --confirm ${cluster}`,
    );
  }
  await askText(`Type the cluster's name to run ${name} on it: ${cluster}`, {
    wrong: (said) =>
      said === cluster ? undefined : `It must be ${cluster}; Ctrl-C starts nothing`,
  });
}
