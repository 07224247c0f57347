import { roughly, zeroOf } from '../clock.ts';
import { bandsMax, groupsOf } from './node-bands.ts';
import { scaleOf } from './scale.ts';
import type { Report } from '../../report.ts';

/** What the timeline shows, for those who do not see it. */
export function timelineDescription(report: Report): string {
  const { injectedAt, restoredAt } = report.timing;
  const { zero, from, until } = scaleOf(report);
  const shaded =
    injectedAt === null
      ? 'Nothing was injected.'
      : restoredAt === null
        ? 'The fault is shaded from 0 to the end: it was not seen restored.'
        : `The fault is shaded from 0 to ${roughly(restoredAt - injectedAt)} s.`;
  return [
    `From ${roughly(from - zero)} to ${roughly(until - zero)} s; zero is when ${zeroOf(report).says}.`,
    shaded,
    `Bands of ${bandsIn(report)}; the tables below have the same in numbers.`,
  ].join(' ');
}

function bandsIn(report: Report): string {
  const { states, parts, nodes, clients } = report;
  const groups = groupsOf(report);
  const nodesTold =
    groups.length === nodes.length
      ? `${nodes.length} nodes`
      : `${nodes.length} nodes in ${groups.length} groups that went through the same`;
  const known = clients.filter(({ ok }) => ok !== null).length;
  return [
    ...(states.length === 0 ? [] : [`${states.length} states of the workflow`]),
    ...(parts.length === 0 ? [] : [`${parts.length} parts of the fault`]),
    groups.length > bandsMax ? `${nodesTold}, ${bandsMax} of them drawn` : nodesTold,
    known === 0 ? 'no clients, for nodes told nothing of them' : `clients by ${known} samples`,
  ].join(', ');
}
