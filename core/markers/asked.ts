import * as z from 'zod';

/**
 * Where marker records go: written through every side of a split while it holds, and looked for after it.
 * Bounds are the server's: a namespace's name has 31 characters at most, a set's 63.
 */
export const Markers = z.strictObject({
  namespace: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,31}$/)
    .meta({ description: 'The namespace that they go to' }),
  set: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,63}$/)
    .meta({ description: 'The set that they are in; what others have there is left alone' }),
});
export type Markers = z.infer<typeof Markers>;

/** Records of each kind that are written through each side. */
export const markersPerKind = 100;

/** Most sides that are written through: of more, the largest. */
export const markedSidesMax = 4;
