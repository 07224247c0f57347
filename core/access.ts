import * as z from 'zod';

/**
 * How to ask the nodes of a cluster that wants TLS, a login or both (docs/access.md). It names a secret and
 * never holds one: what an experiment says is journalled and told.
 */
const Tls = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9._][A-Za-z0-9._-]{0,252}$/)
    .meta({ description: "The TLS name that every node's certificate must bear" }),
  caFile: z
    .string()
    .max(253)
    .regex(/^(\/([A-Za-z0-9_-][A-Za-z0-9._-]*|\.[A-Za-z0-9_-][A-Za-z0-9._-]*))+$/)
    .optional()
    .meta({ description: "File of CAs on the hosts; the system's when left out" }),
});

const Login = z.strictObject({
  secret: z
    .string()
    .regex(
      /^(arn:aws[a-z-]*:secretsmanager:[a-z0-9-]{1,30}:[0-9]{12}:secret:)?[A-Za-z0-9/_+=.@-]{1,512}$/,
    )
    .meta({
      description:
        'Name or ARN of a secret of Secrets Manager: {"username": …, "password": …}, tagged aerofault:cluster',
    }),
});

/** What questions to nodes need beside an address and a port. */
export const Access = z.strictObject({
  tls: Tls.optional().meta({ description: 'Ask by TLS, on the TLS service port' }),
  login: Login.optional().meta({ description: 'Log in before anything is asked' }),
});
export type Access = z.infer<typeof Access>;

/** Where TLS is spoken when nobody says otherwise; custom, for the server has no default. */
export const usualTlsService = 4333;
