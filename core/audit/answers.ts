import * as z from 'zod';

/** What probe.sh answers to the questions of an audit (host/audit.sh), one question a script run. */

/** How a dial ended, by its letter; "-": the host's own address; "?": not known. */
export const letterWords = {
  O: 'open',
  R: 'refused',
  T: 'timed-out',
  U: 'unreachable',
  X: 'reset',
} as const;

export const DialsAnswer = z.object({
  probe: z.literal('all'),
  letters: z.string().regex(/^[ORTUX?-]*$/),
});

export const PeersAnswer = z.object({
  probe: z.literal('peers'),
  links: z.string().regex(/^[0-9,;]*$/),
  others: z.array(z.tuple([z.string(), z.string().regex(/^[0-9,]+$/)])),
  more: z.int().meta({ description: 'Addresses that the answer had no room for' }),
});

export const CountersAnswer = z.object({
  probe: z.literal('tally'),
  answer: z.literal('ok'),
  at: z.int(),
  figures: z.record(z.string(), z.int()),
});

/** How a host's kernel would send to an address; B, U and P are routes that lead nowhere, N is none. */
export const RoutesAnswer = z.object({
  probe: z.literal('routes'),
  letters: z.string().regex(/^[OBUPN?]*$/),
});

export const HereAnswer = z.object({
  probe: z.literal('here'),
  listens: z.array(z.int()),
  stops: z.array(z.string()),
  more: z.int().meta({ description: 'Rules that the answer had no room for' }),
});

/** The one line of the script. */
export const AuditReply = z.object({
  script: z.literal('probe'),
  at: z.int(),
  results: z.array(z.unknown()),
});
