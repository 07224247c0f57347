import { nodesOf } from '../inventory.ts';
import type { Subject } from '../probe.ts';
import { canaryLanes, controlLanes, cutLanes } from './lanes.ts';
import { dialsOf } from './dial.ts';
import type { Dial, Lane, PlacedDial } from './dial.ts';
import { charactersOfParts } from './part-questions.ts';

/** The dials of a run, by what they are for. */
export type ChosenDials = Readonly<Record<Kind, readonly Dial[]>>;

const kinds = ['cut', 'canary', 'control'] as const;
type Kind = (typeof kinds)[number];

/** Most dials of one kind from one machine. */
const ofAKindMax = 12;

/** Characters that the results of one script run may have (`line_most` in host/probe.sh). */
const charactersMax = 2_380;
/** Characters of a node's own view and of its counters, at most. */
const viewCharacters = 440 + 230;

/** What was chosen for a plan, which is asked for many times a look. */
const chosenBefore = new WeakMap<Subject['plan'], { subject: Subject; chosen: ChosenDials }>();

/**
 * Chooses what each machine is asked. All that it could be asked would be too much for the line that SSM
 * hands back, so purposes take turns, and within them targets, ports and families. The same for every
 * moment of a run.
 */
export function chosenDials(subject: Subject): ChosenDials {
  const { experiment, inventory, plan } = subject;
  const last = chosenBefore.get(plan);
  if (last?.subject.inventory === inventory && last.subject.experiment === experiment) {
    return last.chosen;
  }
  const chosen = choose(subject);
  chosenBefore.set(plan, { subject, chosen });
  return chosen;
}

function choose(subject: Subject): ChosenDials {
  const lanes = {
    cut: byVantage(cutLanes(subject)),
    canary: byVantage(canaryLanes(subject)),
    control: byVantage(controlLanes(subject)),
  };
  const nodes = new Set(nodesOf(subject.inventory).map(({ id }) => id));
  const vantages = [...new Set(kinds.flatMap((kind) => [...lanes[kind].keys()]))];
  const taken = charactersOfParts(subject);
  const chosen = vantages.map((id) => {
    const room = charactersMax - taken(id) - (nodes.has(id) ? viewCharacters : 0);
    const wanted = {
      cut: inTurn(lanes.cut.get(id) ?? []),
      canary: inTurn(lanes.canary.get(id) ?? []),
      control: inTurn(lanes.control.get(id) ?? []),
    };
    return fitting(wanted, room);
  });
  return {
    cut: chosen.flatMap(({ cut }) => cut),
    canary: chosen.flatMap(({ canary }) => canary),
    control: chosen.flatMap(({ control }) => control),
  };
}

function byVantage(lanes: readonly Lane[]): Map<string, Lane[]> {
  const vantages = new Map<string, Lane[]>();
  for (const lane of lanes) {
    const known = vantages.get(lane.from.id);
    if (known === undefined) vantages.set(lane.from.id, [lane]);
    else known.push(lane);
  }
  return vantages;
}

/** The first dials of several lanes, one of each in turn. */
function inTurn(lanes: readonly Lane[]): PlacedDial[] {
  const sources = lanes.map((lane, index) => ({ dials: dialsOf(lane), index }));
  const found: PlacedDial[] = [];
  const seen = new Set<string>();
  while (sources.length > 0 && found.length < ofAKindMax) {
    const [source] = sources.splice(0, 1);
    const next = source?.dials.next();
    if (source === undefined || next === undefined || next.done === true) continue;
    sources.push(source);
    const { dial, order } = next.value;
    const key = `${dial.address}/${dial.port}`;
    if (!seen.has(key)) found.push({ dial, order: source.index * 1e9 + order });
    seen.add(key);
  }
  return found;
}

/** What takes turns for room on the line: the cut twice as often, for the fault is what must be seen. */
const turns: readonly Kind[] = ['cut', 'canary', 'cut', 'control'];

/** As many of each kind as the line has room for, in their natural order. */
function fitting(
  wanted: Readonly<Record<Kind, readonly PlacedDial[]>>,
  room: number,
): Readonly<Record<Kind, readonly Dial[]>> {
  const waiting = {
    cut: [...wanted.cut],
    canary: [...wanted.canary],
    control: [...wanted.control],
  };
  const taken: Record<Kind, PlacedDial[]> = { cut: [], canary: [], control: [] };
  let left = room;
  for (let round = 0; round < ofAKindMax; round += 1) {
    for (const kind of turns) {
      const next = waiting[kind].shift();
      const size = next === undefined ? 0 : charactersOf(kind, next.dial);
      if (next === undefined || size > left) continue;
      taken[kind].push(next);
      left -= size;
    }
  }
  return {
    cut: ordered(taken.cut),
    canary: ordered(taken.canary),
    control: ordered(taken.control),
  };
}

const ordered = (dials: readonly PlacedDial[]): Dial[] =>
  dials.toSorted((left, right) => left.order - right.order).map(({ dial }) => dial);

/** The longest answer there is, with the comma behind it. */
function charactersOf(kind: Kind, { address, port }: Dial): number {
  const longest =
    kind === 'canary'
      ? { probe: `kept/${address}/${port}`, answer: 'dead', lastAt: 1e12, how: 'timed-out' }
      : { probe: `new/${address}/${port}`, answer: 'unreachable', ms: 2_000 };
  return JSON.stringify(longest).length + 1;
}
