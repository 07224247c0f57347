/** A band for every node, or for every group of nodes that went through the same. */
import { fits, place } from './band.ts';
import type { Band } from './band.ts';
import { keysOf } from './keys.ts';
import { markup, nothing } from '../markup.ts';
import type { Markup } from '../markup.ts';
import type { NodeReport } from '../../report/nodes.ts';
import type { Report } from '../../report.ts';
import type { Scale } from './scale.ts';

/** More bands than this are no picture any more. */
export const bandsMax = 24;

/** Nodes that are drawn as one. */
export interface Group {
  readonly names: readonly string[];
  readonly first: NodeReport;
}

/** Each node by itself where there is room, else those together that reported the same one after the other. */
export function groupsOf({ nodes }: Report): Group[] {
  if (nodes.length <= bandsMax) return nodes.map((first) => ({ names: [first.name], first }));
  const groups = new Map<string, { names: string[]; first: NodeReport }>();
  for (const node of nodes) {
    const story = [node.isTarget, ...turnsOf(node)].join(' ');
    const known = groups.get(story) ?? { names: [], first: node };
    known.names.push(node.name);
    groups.set(story, known);
  }
  return [...groups.values()];
}

/** What a node was part of, one after the other, without the times. */
function turnsOf({ spans }: NodeReport): string[] {
  const turns = spans.map(({ key, size }) => `${key ?? ''}/${size ?? ''}`);
  return turns.filter((turn, index) => turn !== turns[index - 1]);
}

const height = 24;

export function nodeBands(report: Report, scale: Scale): Band[] {
  const shownAs = keysOf(report);
  return groupsOf(report)
    .slice(0, bandsMax)
    .map(({ names, first }) => ({
      label: names.length === 1 ? first.name : `${names.length} nodes`,
      under: first.isTarget ? 'target' : names.length === 1 ? first.zone : `like ${first.name}`,
      height,
      draw: (top) => spansOf(first).map((span) => spanAt(span, top, { scale, shownAs })),
    }));
}

type Span = NodeReport['spans'][number] & { until: number };

interface Means {
  readonly scale: Scale;
  readonly shownAs: ReturnType<typeof keysOf>;
}

/** A node that said nothing at all is one gap. */
function spansOf({ spans, nodeId }: NodeReport): (Span & { leads: boolean })[] {
  const unheard = { at: 0, size: null, key: null, principal: null, member: null, migrating: null };
  const all = spans.length === 0 ? [unheard] : spans;
  return all.map((span, index) => ({
    ...span,
    until: all[index + 1]?.at ?? Infinity,
    leads: nodeId !== null && span.principal === nodeId,
  }));
}

function spanAt(span: Span & { leads: boolean }, top: number, { scale, shownAs }: Means): Markup {
  const left = scale.x(span.at);
  const width = place(scale.x(span.until) - left);
  if (width <= 0) return nothing;
  const box = markup`x="${left}" y="${top}" width="${width}" height="${height}"`;
  const middle = markup`x="${place(left + width / 2)}" y="${top + 16}"`;
  if (span.size === null || span.key === null) {
    const words = fits('no answer', width)
      ? markup`<text class="gap" ${middle}>no answer</text>`
      : nothing;
    return markup`<rect class="silent" ${box}/>${words}`;
  }
  const { letter, look } = shownAs(span.key, span.size);
  const label = `${letter} ${span.size}${span.leads ? ' ◆' : ''}`;
  const migrating =
    span.migrating === true
      ? markup`<rect class="migrating" x="${left}" y="${top + height - 4}" width="${width}" height="4"/>`
      : nothing;
  return markup`
    <rect class="${look}" ${box}/>
    ${look === 'whole' ? nothing : markup`<rect fill="url(#p-${look})" ${box}/>`}
    ${migrating}
    ${span.member === false ? markup`<rect class="orphan" ${box}/>` : nothing}
    ${fits(label, width) ? markup`<text class="key" ${middle}>${label}</text>` : nothing}`;
}
