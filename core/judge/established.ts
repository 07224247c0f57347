/**
 * What became of connections that stood before the fault, against what the plan says of them: canaries
 * where the service port is cut, and else what the nodes count of their own links.
 */
import { within } from '../cut.ts';
import { portNumbersOf } from '../experiment.ts';
import { nodesOf } from '../inventory.ts';
import type { NodeView } from '../observation.ts';
import type { Subject } from '../probe.ts';
import { cutPartsOf, linksOf } from '../probe/touched.ts';
import type { Finding } from '../verdict.ts';
import { answersIn } from './answers.ts';
import type { Sample, Views } from './answers.ts';
import { predictsSplit, sizesFinding } from './cluster.ts';
import { heldCanaries, livingOf } from './connections.ts';

/** What was seen of the cut's connections that stood; `wrong` are not as predicted. */
export interface Standing {
  readonly of: number;
  readonly dead: number;
  readonly unanswered: number;
  readonly wrong: number;
  /** Evidence of its own; where there is none the sizes of the clusters have told. */
  readonly saw?: string;
}

/** Everything that tells of established connections, the plainest first; nothing where nothing does. */
export function standingsOf(subject: Subject, baseline: Sample, now: Sample): Standing[] {
  const told = [
    canaryStanding(subject, baseline, now),
    linkStanding(subject, baseline, now),
  ].flatMap((standing) => standing ?? []);
  return told.length > 0 ? told : sizeStanding(subject, now);
}

/** The finding that a standing makes, where it has evidence of its own. */
export function standingFinding({ wrong, unanswered, saw }: Standing): Finding[] {
  if (saw === undefined) return [];
  if (wrong > 0) return [{ answer: 'refuted', saw }];
  return [{ answer: unanswered > 0 ? 'inconclusive' : 'confirmed', saw }];
}

/** A canary in what falls must be dead, any other of the cut alive. */
function canaryStanding(subject: Subject, baseline: Sample, now: Sample): Standing | undefined {
  const { cuts, prediction } = subject.plan;
  const [isCut, falls] = [within(cuts), within(prediction.falls)];
  const canaries = heldCanaries(subject, baseline).filter(isCut);
  if (canaries.length === 0) return undefined;
  const answerTo = answersIn(now.seen);
  const answers = canaries.map((canary) => ({
    is: livingOf(answerTo(canary)),
    wanted: falls(canary) ? 'dead' : 'alive',
  }));
  const alive = answers.filter(({ is }) => is === 'alive').length;
  const dead = answers.filter(({ is }) => is === 'dead').length;
  const wrong = answers.filter(({ is, wanted }) => is !== undefined && is !== wanted).length;
  const mixed = new Set(answers.map(({ wanted }) => wanted)).size > 1 && wrong > 0;
  const saw = `established connections: ${alive} alive, ${dead} dead of ${canaries.length}${mixed ? `, ${wrong} not as predicted` : ''}`;
  return { of: canaries.length, dead, unanswered: canaries.length - alive - dead, wrong, saw };
}

/** A node's peers on the other end of links that the cut keeps from being dialled either way. */
interface NodeLinks {
  readonly id: string;
  readonly lost: number;
  /** Of them, those that surely fall, and those that do if they were dialled the one way. */
  readonly certain: number;
  readonly possible: number;
}

/**
 * Heartbeat keeps one link a pair, dialled either way, so a node's count falls by one for every peer it
 * loses. Where heartbeat is not cut the fabric's links are counted; filters that stop every packet are
 * believed without, for the server closes those only after 10 to 22 s (measured: rows A1, B and G).
 */
function linkStanding(subject: Subject, baseline: Sample, now: Sample): Standing | undefined {
  const { fabric, heartbeat } = portNumbersOf(subject.experiment);
  if (takesLinks(subject)) return undefined;
  const isCutPort = (port: number): boolean =>
    subject.plan.cuts.some(({ ports }) => ports.includes(port));
  if (isCutPort(heartbeat)) {
    return countLinks('heartbeat', linksOn(heartbeat, subject), { subject, baseline, now });
  }
  if (!isCutPort(fabric) || !isStateful(subject)) return undefined;
  return countLinks('fabric', linksOn(fabric, subject), { subject, baseline, now });
}

/** Where machines lose one link of several, no count of links says which. */
const takesLinks = ({ plan }: Subject): boolean =>
  cutPartsOf(plan).some((part) => linksOf(plan, part).size > 0);

const isStateful = ({ experiment }: Subject): boolean => experiment.mechanism === 'security-group';

function linksOn(port: number, { inventory, plan }: Subject): NodeLinks[] {
  const nodes = nodesOf(inventory);
  const [isCut, falls] = [within(plan.cuts), within(plan.prediction.falls)];
  return nodes
    .map(({ id }) => {
      const ways = nodes
        .map((peer) => [
          { from: id, to: peer.id, port },
          { from: peer.id, to: id, port },
        ])
        .filter((both) => both.every(isCut))
        .map((both) => both.filter(falls).length);
      return {
        id,
        lost: ways.length,
        certain: ways.filter((fallen) => fallen === 2).length,
        possible: ways.filter((fallen) => fallen > 0).length,
      };
    })
    .filter(({ lost }) => lost > 0);
}

function countLinks(
  kind: 'heartbeat' | 'fabric',
  links: readonly NodeLinks[],
  { subject, baseline, now }: { subject: Subject; baseline: Sample; now: Sample },
): Standing | undefined {
  if (links.length === 0) return undefined;
  const split = predictsSplit(subject) && sizesFinding(subject, now.views).answer === 'confirmed';
  const gone = links.map((node) =>
    split
      ? node.certain
      : goneOf(kind, node, {
          before: viewOf(node.id, baseline.views),
          is: viewOf(node.id, now.views),
          most: nodesOf(subject.inventory).length - 1,
        }),
  );
  const of = sum(links.map(({ lost }) => lost));
  const dead = sum(gone.map((ends = 0) => ends));
  const wrong = links.filter(({ certain, possible }, index) => {
    const ends = gone[index];
    return ends !== undefined && (ends < certain || ends > possible);
  });
  return {
    of,
    dead,
    unanswered: gone.filter((ends) => ends === undefined).length,
    wrong: wrong.length,
    saw: `${kind} links of the cut: ${dead} of ${of} ends gone`,
  };
}

/**
 * How many of a node's lost peers its own count shows gone; undefined when it did not say. A probe that
 * tries the heartbeat port is counted for a moment, so of what was there before at most one link a peer counts.
 */
function goneOf(
  kind: 'heartbeat' | 'fabric',
  { lost }: NodeLinks,
  { before, is, most }: { before: NodeView | undefined; is: NodeView | undefined; most: number },
): number | undefined {
  if (before === undefined || is === undefined) return undefined;
  const links = Math.min(most, before.heartbeats);
  if (kind === 'heartbeat') return Math.min(lost, Math.max(0, links - is.heartbeats));
  // Fabric keeps many links a pair, and not always as many with every peer.
  if (is.fabric >= before.fabric) return 0;
  const each = before.fabric / Math.max(1, links);
  return Math.min(lost, Math.max(1, Math.round((before.fabric - is.fabric) / each)));
}

function viewOf(id: string, views: Views): NodeView | undefined {
  return views.find(({ from }) => from === id)?.view ?? undefined;
}

/**
 * With neither canaries nor links to count, sizes tell, where a split was predicted. Filters that stop
 * every packet stop those of connections that stand, too.
 */
function sizeStanding(subject: Subject, now: Sample): Standing[] {
  const none = { of: 1, dead: 0, unanswered: 0, wrong: 0 };
  if (predictsSplit(subject)) {
    switch (sizesFinding(subject, now.views).answer) {
      case 'confirmed':
        return [{ ...none, dead: 1 }];
      case 'inconclusive':
        return [{ ...none, unanswered: 1 }];
      case 'refuted':
        return [{ ...none, wrong: 1 }];
    }
  }
  return isStateful(subject) ? [] : [{ ...none, dead: 1 }];
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
