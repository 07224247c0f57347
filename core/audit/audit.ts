import * as z from 'zod';
import { ConnectionAnswer } from '../observation.ts';

/**
 * The document that an audit leaves: who reached whom on which port, who is connected to whom, what nodes
 * counted, and why each closed port is closed. Published as a JSON Schema.
 */

/** How a connection ended; unknown: who should have dialled could not be asked. */
export const CellAnswer = z.enum([...ConnectionAnswer.options, 'unknown']);
export type CellAnswer = z.infer<typeof CellAnswer>;

/** One port of one host, as one other host reaches it. */
export const Cell = z.strictObject({
  from: z.string().meta({ description: 'Instance id of who dialled' }),
  to: z.string().meta({ description: 'Instance id of who was dialled' }),
  port: z.int(),
  answer: CellAnswer,
});
export type Cell = z.infer<typeof Cell>;

/** What explains a closed port, the more certain first. */
export const Because = z.enum([
  'security-group',
  'network-acl',
  'route',
  'packet-filter',
  'not-listening',
  'host-silent',
  'unexplained',
]);
export type Because = z.infer<typeof Because>;

const AuditHost = z.strictObject({
  id: z.string(),
  name: z.string(),
  role: z.enum(['node', 'client', 'xdr-destination']),
  zone: z.string(),
  address: z.string(),
  silent: z.string().optional().meta({ description: 'Why it could not be asked' }),
});
export type AuditHost = z.infer<typeof AuditHost>;

export const AuditPort = z.strictObject({
  name: z.string().meta({ description: 'service, fabric, heartbeat, admin, or a TLS twin' }),
  port: z.int(),
});
export type AuditPort = z.infer<typeof AuditPort>;

const Difference = z.strictObject({
  kind: z.enum(['closed', 'opened', 'unknown', 'host-gone', 'host-new', 'port-gone', 'port-new']),
  cell: Cell.optional(),
  says: z.string(),
});
export type Difference = z.infer<typeof Difference>;

/** Cells that have one thing to say in common. */
const Explanation = z.strictObject({ because: Because, says: z.string(), cells: z.array(Cell) });
export type Explanation = z.infer<typeof Explanation>;

const Surprise = z.strictObject({ says: z.string(), cells: z.array(Cell) });
export type Surprise = z.infer<typeof Surprise>;

const Connections = z.strictObject({
  host: z.string(),
  peer: z.string().meta({ description: 'Its address' }),
  peerId: z.string().nullable().meta({ description: 'null: none of the cluster’s hosts' }),
  byPort: z
    .record(z.string(), z.int())
    .meta({ description: 'By name of port; those that are 0 are left out' }),
});
export type Connections = z.infer<typeof Connections>;

const Counters = z.strictObject({
  node: z.string(),
  seconds: z.number().meta({ description: 'Between the two looks' }),
  figures: z.record(z.string(), z.strictObject({ value: z.int(), change: z.int() })).meta({
    description:
      "By the server's names; those of namespaces summed. The audit's own connections are not counted in changes",
  }),
});
export type Counters = z.infer<typeof Counters>;

export const Audit = z.strictObject({
  schemaVersion: z.literal(1),
  auditId: z.string(),
  cluster: z.string(),
  startedAt: z.int(),
  endedAt: z.int(),
  verdict: z.enum(['first', 'same', 'differs']).meta({
    description: 'Against the audit that was accepted last; first: none was',
  }),
  says: z.string(),
  accepted: z.strictObject({ auditId: z.string(), startedAt: z.int() }).nullable(),
  differences: z.array(Difference),
  runs: z.array(z.string()).meta({ description: 'Runs that held the cluster meanwhile' }),
  hosts: z.array(AuditHost),
  ports: z.array(AuditPort),
  matrix: z
    .array(
      z.strictObject({
        from: z.string(),
        to: z.string(),
        answers: z.string().meta({
          description:
            'A letter for each of ports: Open, Refused, Timed out, Unreachable, reset (X), ? not known, - not asked',
        }),
      }),
    )
    .meta({ description: 'IPv4, by primary addresses' }),
  closed: z.array(Explanation),
  surprises: z.array(Surprise).meta({ description: 'Open, though groups and ACLs admit it not' }),
  connections: z.array(Connections),
  counters: z.array(Counters),
  notes: z.array(z.string()).meta({ description: 'What an answer had no room for' }),
});
export type Audit = z.infer<typeof Audit>;

/** The exit code of an audit; documented, never renumbered. */
export const auditExitCodeOf = ({ verdict }: Pick<Audit, 'verdict'>): number =>
  verdict === 'differs' ? 1 : 0;
