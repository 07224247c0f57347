import { lines, markup, nothing } from './markup.ts';
import type { Content } from './markup.ts';
import { folded, table } from './table.ts';
import type { Report } from '../report.ts';

/** The experiment as it was asked for, the machines, and what ran: for those who want to do it again. */
export function details({ experiment, nodes, bundles }: Report): Content {
  const asked = JSON.stringify(experiment, null, 2).split('\n');
  const machines = table({
    id: 'nodes',
    caption: 'Nodes',
    head: ['node', 'instance', 'address', 'zone', 'Aerospike calls it', 'server', 'target'],
    rows: nodes.map((node) => [
      node.name,
      node.id,
      node.address,
      node.zone,
      node.nodeId ?? 'unknown',
      node.build ?? 'unknown',
      node.isTarget ? 'yes' : 'no',
    ]),
  });
  const lambdas = Object.entries(bundles).map(([name, digest]) => [
    name,
    markup`<code>${digest}</code>`,
  ]);
  return [
    folded(
      'The experiment',
      markup`<pre tabindex="0" role="group" aria-label="The experiment as JSON">${lines(asked)}</pre>`,
    ),
    nodes.length === 0 ? nothing : folded(`Nodes: ${nodes.length}`, machines),
    lambdas.length === 0
      ? nothing
      : folded(
          `Lambdas: ${lambdas.length}`,
          table({
            id: 'bundles',
            caption: 'Lambdas by SHA-256',
            head: ['Lambda', 'SHA-256'],
            rows: lambdas,
          }),
        ),
  ];
}
