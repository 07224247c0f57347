import type { Report } from '../report.ts';
import { markup, nothing } from './markup.ts';
import type { Content } from './markup.ts';
import { list, table } from './table.ts';
import { answerTag } from './words.ts';

type Side = NonNullable<Report['markers']>['sides'][number];
type Fate = Side['own'];

/** What became of the records that were written through each side of the split. */
export function markerTable({ markers }: Report): Content {
  if (markers === null) return nothing;
  const { namespace, set, kept, lost, sides, removed, client } = markers;
  const head = [
    'written through',
    'records',
    'acknowledged',
    'in doubt',
    'refused',
    ...sides.map((side) => `seen by ${sideOf(side)}`),
    'there after',
    'lost',
  ];
  const rows = sides.flatMap((side) => [
    rowOf(side, 'its own', side.own),
    rowOf(side, 'shared by all sides', side.shared),
  ]);
  return markup`
    <h3 id="markers">Marker records ${answerTag(kept.answer)}</h3>
    <p>${lost === null ? 'How many acknowledged writes were lost is unknown.' : markup`<b>${lost}</b> acknowledged writes were lost.`}
      Namespace ${namespace}, set ${set}${client === null ? nothing : markup`, by ${client}`}; ${leftOf(removed)}.</p>
    ${list(kept.evidence)}
    ${table({ id: 'marker-records', caption: 'Marker records by side', head, rows, numbers: head.map((_, index) => index).slice(2) })}`;
}

const sideOf = ({ nodes }: Side): string => nodes.join(', ');

const rowOf = (side: Side, kind: string, fate: Fate): Content[] => [
  sideOf(side),
  kind,
  fate.acknowledged,
  fate.inDoubt,
  fate.refused,
  ...fate.seenDuring,
  fate.seenAfter ?? '?',
  fate.lost ?? '?',
];

function leftOf(removed: boolean | null): string {
  if (removed === null) return 'there were none to remove';
  return removed ? 'they are gone again' : 'some of them are still there';
}
