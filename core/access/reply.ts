import * as z from 'zod';

/** What access.sh says; `word` is why probes of the run cannot ask from this host, as they will say it. */
export const AccessReply = z.object({
  script: z.literal('access'),
  outcome: z.enum(['made', 'opened', 'closed', 'refused', 'failed']),
  key: z
    .base64()
    .optional()
    .meta({ description: 'Public key, DER of a SubjectPublicKeyInfo in Base64' }),
  word: z.string().optional(),
  reason: z.string().optional(),
});
export type AccessReply = z.infer<typeof AccessReply>;
