/**
 * The restore protocol as a graph of states: what every process may do next, what may go wrong, and time.
 *
 * Effects are one by one and in the order of the engine; what is decided between them is decided by the
 * functions of core/. Reads and decisions without an effect go with the effect before them.
 */
import type { Bounds, Property } from './bounds.ts';
import { landings, stepCut, stepTimer } from './calls.ts';
import { horizonOf, isQuiet, tick } from './clock.ts';
import { injector } from './injector.ts';
import { firstOfStep, opener } from './opener.ts';
import { at, ofHost, ofProcess, ofRun, pc } from './layout.ts';
import type { Slot } from './layout.ts';
import { machine, restorer } from './restorer.ts';
import { Search } from './search.ts';
import type { Emit, Found, Graph } from './search.ts';
import { nextRun, sweeper } from './sweeper.ts';
import { isReady, theirs, World } from './world.ts';

/** Searches a model within its bounds. */
export function search(bounds: Bounds): Found & { readonly items: number } {
  const model = new Model(bounds);
  const { k, statesMax } = bounds;
  const found = new Search(model, { k, ...(statesMax === undefined ? {} : { statesMax }) }).run();
  return { ...found, items: model.world.items.count };
}

class Model implements Graph {
  readonly world: World;
  readonly bytes: number;
  readonly first: Uint8Array;

  constructor(bounds: Bounds) {
    this.world = new World(bounds);
    this.bytes = this.world.from.length;
    this.first = firstOf(this.world);
  }

  expand(state: Uint8Array, emit: Emit): Property | undefined {
    const w = this.world;
    w.open(state, emit);
    for (const slot of w.slots) if (isReady(state, slot)) act(w, slot);
    for (const slot of w.slots) dies(w, slot);
    landings(w);
    starts(w);
    happens(w);
    const isEnd = isQuiet(w);
    if (isEnd || state[at.now] === horizonOf(w)) checkEnd(w);
    if (!isEnd) tick(w);
    return w.broken;
  }
}

function firstOf(w: World): Uint8Array {
  const state = new Uint8Array(w.from.length);
  state[at.now] = 1;
  for (let base = at.resources; base < at.host; base += 3) state.set([0, 1, 1], base);
  for (const slot of w.slots) {
    state[slot.base + ofProcess.run] = slot.run;
    if (slot.kind === 'sweeper') state[slot.base] = pc.sleep;
    if (slot.kind === 'injector' && slot.run === 0) state[slot.base] = firstPoint(w);
  }
  return state;
}

function firstPoint(w: World): number {
  if (w.drops('plan before lock')) return pc.planEarly;
  return w.drops('lock first') ? pc.lockEarly : pc.create;
}

function act(w: World, slot: Slot): void {
  switch (slot.kind) {
    case 'injector':
    case 'retry':
      opener(w, slot);
      return injector(w, slot);
    case 'restorer':
      return restorer(w, slot, machine);
    case 'sweeper':
      sweeper(w, slot);
      return restorer(w, slot, nextRun);
    case 'cut':
      return stepCut(w, slot);
    case 'timer':
      return stepTimer(w, slot);
  }
}

/** A process dies where it stands; what it sent goes on without it. */
function dies(w: World, slot: Slot): void {
  const isInjector = slot.kind === 'injector' || slot.kind === 'retry';
  const isThere = isReady(w.from, slot) || w.from[slot.base] === pc.awaitHost;
  if (!isThere || slot.kind === 'cut' || slot.kind === 'timer') return;
  const { restorerDeaths = 0 } = w.bounds;
  if (!isInjector && (w.from[at.deaths] ?? 0) >= restorerDeaths) return;
  w.begin();
  w.end(slot, slot.kind === 'sweeper' ? pc.sleep : pc.off);
  if (slot.kind === 'sweeper') w.set(slot, ofProcess.run, 0);
  if (!isInjector) w.to[at.deaths] = (w.to[at.deaths] ?? 0) + 1;
  w.emit(1, `${slot.name} dies`);
}

/** What begins of itself: the workflow's restore, run 2, a retry, a redrive. */
function starts(w: World): void {
  for (const slot of w.slots) {
    const isIdle = w.from[slot.base] === pc.idle;
    if (slot.kind === 'restorer' && slot.by === 'workflow' && isIdle && mayRestore(w, slot)) {
      start(w, slot, { point: pc.look, cost: 0, says: 'starts' });
    }
    if (slot.kind === 'injector' && isIdle) {
      const isPlanned = w.runByte(slot.run, ofRun.planned) === 1;
      start(w, slot, { point: isPlanned ? pc.create : firstPoint(w), cost: 0, says: 'starts' });
    }
    if (slot.kind === 'retry' && isIdle) retries(w, slot);
  }
  redrives(w);
}

function start(
  w: World,
  slot: Slot,
  { point, cost, says }: { point: number; cost: number; says: string },
): void {
  w.begin();
  w.invoke(slot, point);
  w.emit(cost, `${slot.name} ${says}`);
}

const injectorOf = (w: World, run: number): Slot | undefined =>
  w.slots.find((slot) => slot.kind === 'injector' && slot.run === run);

const isInjecting = (point: number): boolean => point >= pc.check && point <= pc.settle;

/** Once Inject was begun, or whatever came before it has failed. */
function mayRestore(w: World, { run }: Slot): boolean {
  const point = w.from[injectorOf(w, run)?.base ?? 0] ?? 0;
  return w.idOf(run) !== 0 && (point === pc.off || isInjecting(point));
}

function retries(w: World, slot: Slot): void {
  const point = w.from[injectorOf(w, slot.run)?.base ?? 0] ?? 0;
  if (isInjecting(point)) start(w, slot, { point: firstOfStep(w), cost: 1, says: 'starts' });
}

/** The execution is redriven, at Open or at Inject; it will restore once more, or never. */
function redrives(w: World): void {
  const slot = injectorOf(w, 0);
  const hasLeft = (w.from[at.redrives] ?? 0) < (w.bounds.redrives ?? 0);
  if (slot === undefined || !hasLeft || w.from[slot.base] !== pc.off) return;
  if (w.bounds.workflowRestores === true && isRestoring(w)) return;
  const isArmed = w.runByte(0, ofRun.schedule) !== 0 || w.bounds.onlyTouched !== true;
  for (const point of isArmed ? [firstPoint(w), firstOfStep(w)] : [firstPoint(w)]) {
    w.begin();
    w.to[at.redrives] = (w.to[at.redrives] ?? 0) + 1;
    w.invoke(slot, point);
    for (const other of w.slots) {
      const isWorkflows = other.kind === 'restorer' && other.by === 'workflow' && other.run === 0;
      if (isWorkflows && w.from[other.base] === pc.off) w.goTo(other, pc.idle);
    }
    w.emit(1, `run 1 is redriven at ${point === firstPoint(w) ? 'Open' : 'Inject'}`);
  }
}

/** The first execution is not over: only where its restore is all there is does that matter. */
const isRestoring = (w: World): boolean =>
  w.slots.some(({ kind, base }) => {
    const point = w.from[base] ?? 0;
    return kind === 'restorer' && point !== pc.off && point !== pc.idle;
  });

/** What others do: they change a resource; what was slow before the run answers at last. */
function happens(w: World): void {
  if ((w.from[at.others] ?? 0) < (w.bounds.otherParty ?? 0)) {
    w.begin();
    w.to[at.others] = (w.to[at.others] ?? 0) + 1;
    w.setValue(0, w.valueOf(0) === theirs ? 0 : theirs);
    w.emit(1, 'another party changes the resource');
  }
  if (w.bounds.pendingBefore !== undefined && w.from[at.junk] === 0 && w.idOf(0) !== 0) {
    w.begin();
    w.to[at.junk] = 1;
    w.setItem(0, w.items.edited(w.idOf(0), withoutJunk));
    w.emit(0, 'what was without an answer has one');
  }
}

const withoutJunk = ({ pending }: { pending: string[] }): { pending: string[] } => ({
  pending: pending.filter((one) => !one.startsWith('junk')),
});

/** Nothing can happen any more, or the search ends here: nothing may be in force, all must be over. */
function checkEnd(w: World): void {
  const isOff = [0, 1, 2].some((resource) => ![0, theirs].includes(w.valueOf(resource)));
  const chains = w.from[at.host + ofHost.chains] ?? 0;
  if (isOff || chains !== 0) w.breaks('off at the end');
  else if (
    w.bounds.onlyTouched === true ? isTouchedLeft(w) : w.from[at.lock] !== 0 || isUnfinished(w)
  ) {
    w.breaks('never ends');
  }
  if (w.broken === undefined) return;
  w.begin();
  w.emit(0, 'the end');
}

/** Whether a run that ever intended anything is not over. */
const isTouchedLeft = (w: World): boolean =>
  isUnfinished(w) && Object.keys(w.itemOf(0)?.intents ?? {}).length > 0;

function isUnfinished(w: World): boolean {
  for (let run = 0; run < w.bounds.runs; run += 1) {
    const item = w.itemOf(run);
    if (item !== undefined && item.life !== 'final') return true;
  }
  return false;
}
