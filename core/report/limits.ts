/** What a report cannot say: answers there were not, and how fine its times are. */
import { nodesOf } from '../inventory.ts';
import { lookedMoments, notesOf } from '../story.ts';
import type { Story } from '../story.ts';
import type { ConnectionReport } from './connections.ts';

/** One sentence each, for people; empty where the report covers all that the run set out to see. */
export function limitsOf(story: Story, connections: readonly ConnectionReport[]): string[] {
  return [
    ...unanswered(connections),
    ...silentNodes(story),
    ...unrecorded(story),
    ...notLookedAt(story),
  ];
}

function unanswered(connections: readonly ConnectionReport[]): string[] {
  const dials = connections.filter(({ kind }) => kind !== 'canary');
  const missing = dials.filter(({ during }) => during === null).length;
  return missing === 0 || missing === dials.length
    ? []
    : [
        `${missing} of ${dials.length} connections were asked for and not answered during the fault`,
      ];
}

function silentNodes({ record, notes }: Story): string[] {
  if (record === undefined) return [];
  return nodesOf(record.inventory).flatMap(({ id, name }) => {
    const views = notesOf(notes, 'views').flatMap((note) =>
      note.views.filter(({ from }) => from === id),
    );
    const silent = views.filter(({ view }) => view === null).length;
    return silent === 0
      ? []
      : [`${name} did not answer for its cluster in ${silent} of ${views.length} looks`];
  });
}

function unrecorded({ record, notes, run }: Story): string[] {
  if (record === undefined || run.injectAt === undefined) return [];
  const recorded = new Set(notesOf(notes, 'changes').map(({ from }) => from));
  const missing = nodesOf(record.inventory).filter(({ id }) => !recorded.has(id));
  return missing.length === 0
    ? []
    : [
        `times of cluster changes are unknown for ${missing.map(({ name }) => name).join(', ')}: what was recorded there was never brought in`,
      ];
}

function notLookedAt({ notes, run }: Story): string[] {
  if (run.injectAt === undefined) return [];
  const looked = lookedMoments(notes);
  const words = {
    prove: 'nobody looked whether the fault came into force',
    hold: 'nobody looked at the fault after its proof',
    recovery: 'nobody looked at the cluster after restore',
  };
  return (['prove', 'hold', 'recovery'] as const)
    .filter((moment) => !looked.has(moment))
    .map((moment) => words[moment]);
}
