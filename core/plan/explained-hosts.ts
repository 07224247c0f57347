import type { Inventory } from '../inventory.ts';
import { isHostStep } from '../step.ts';
import type { HostCut, Step } from '../step.ts';
import { someNames } from './hosts/words.ts';
import type { Plan } from './plan.ts';

/** Which hosts are changed and why no others, in words; undefined where no cut is made on hosts. */
export function editedWords({ steps }: Plan, { instances }: Inventory): string | undefined {
  const cutting = steps.filter(({ kind }) => kind === 'host-cut' || kind === 'host-route');
  const ids = new Set(cutting.filter(isHostStep).map(({ instanceId }) => instanceId));
  if (ids.size === 0) return undefined;
  const names = instances.flatMap(({ id, name }) => (ids.has(id) ? name : []));
  const many = ids.size === 1 ? '1 host is' : `${ids.size} hosts are`;
  return `${many} changed of ${instances.length}, ${someNames(names)}: ${reasonFor(steps)}`;
}

function reasonFor(steps: readonly Step[]): string {
  const cuts = steps.filter((step) => step.kind === 'host-cut');
  if (cuts.some(({ local }) => local !== undefined)) return 'only they can tell their links apart';
  return cuts.some(({ direction }) => direction === 'inbound')
    ? 'they accept what is dialled'
    : 'every connection that is cut has an end there';
}

/** What becomes of connections that stand, where hosts do the harm; undefined where they do not. */
export function standingWords(steps: readonly Step[], falls: boolean): string | undefined {
  const onHosts = steps.filter(isHostStep);
  if (onHosts.length === 0) return undefined;
  const standing = 'connections that already stand';
  if (falls && onHosts.some(({ kind }) => kind === 'hold-service')) {
    return `${standing} fall with the service or are stopped on the hosts`;
  }
  if (falls) return `${standing} are stopped on the hosts`;
  const cuts = onHosts.filter((step): step is HostCut => step.kind === 'host-cut');
  return cuts.every(({ intensity }) => intensity?.per === 'connection')
    ? `${standing} go on`
    : `${standing} lose packets, and may fall`;
}
