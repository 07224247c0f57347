import * as z from 'zod';
import { Access, usualTlsService } from '../access.ts';
import { ExperimentSchema } from '../experiment.ts';
import { PortName } from '../aerospike.ts';
import { Refusal } from '../refusal.ts';

/** What asks for an audit: the input of its state machine, and the payload of its schedule. */
export const AuditRequest = z.strictObject({
  cluster: ExperimentSchema.shape.cluster,
  servicePort: z.int().min(1024).max(65_535).default(3000).meta({
    description: 'Where nodes listen for clients, and tell their other ports',
  }),
  access: Access.optional().meta({
    description: 'How nodes are asked that want TLS, a login or both',
  }),
  tlsServicePort: z
    .int()
    .min(1024)
    .max(65_535)
    .optional()
    .meta({
      description: `Where nodes are asked by TLS; ${usualTlsService} when left out`,
    }),
  accept: z.boolean().default(false).meta({
    description: 'What is found is from now on how it should be',
  }),
});
export type AuditRequest = z.infer<typeof AuditRequest>;

/** @throws Refusal for anything else. */
export function parseAuditRequest(input: unknown): AuditRequest {
  const { data, error } = AuditRequest.safeParse(input);
  if (data !== undefined) return withAccess(data);
  const { path, message } = error.issues[0] ?? { path: [], message: '' };
  throw new Refusal(
    `Cannot read the request for an audit as it must be like {"cluster": "orders-staging"}: found ${path.join('.') || 'the whole'} wrong (${message})`,
  );
}

/** @throws Refusal where access asks for nothing. */
function withAccess(request: AuditRequest): AuditRequest {
  const { access } = request;
  if (access === undefined || access.tls !== undefined || access.login !== undefined)
    return request;
  throw new Refusal(
    `Cannot read the request for an audit as access must have 'tls', 'login' or both: found neither`,
  );
}

/** Where nodes are asked: the service port, or its TLS twin where they are asked by TLS. */
export const askedPortOf = ({
  access,
  servicePort,
  tlsServicePort = usualTlsService,
}: AuditRequest): number => (access?.tls === undefined ? servicePort : tlsServicePort);

/** The listeners that a cluster may have, in the order in which audits tell them. */
export const listenerNames = [
  ...PortName.options,
  'tlsService',
  'tlsFabric',
  'tlsHeartbeat',
] as const;
