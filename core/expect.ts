import * as z from 'zod';

/** Most partitions of a cluster: 4096 of each of its 32 namespaces. */
const partitionsMax = 131_072;

/** What an experiment's author expects to see; each bound given is judged by itself. */
export const Expect = z.strictObject({
  clusterSizes: z.array(z.int().min(0).max(256)).min(1).max(16).optional().meta({
    description:
      'Sizes of the clusters during the fault; else as predicted. Whether it was in force is judged by the prediction all the same, but where that is unsure',
  }),
  principal: z.enum(['larger-side', 'smaller-side']).optional().meta({
    description:
      'On which side of the split the node is, during the fault, that was principal before it',
  }),
  unavailablePartitions: z
    .strictObject({
      atLeast: z
        .int()
        .min(0)
        .max(partitionsMax)
        .optional()
        .meta({ description: 'So many, or more' }),
      atMost: z
        .int()
        .min(0)
        .max(partitionsMax)
        .optional()
        .meta({ description: 'So many, or fewer' }),
    })
    .optional()
    .meta({
      description:
        'Partitions that no node of a sub-cluster serves, at the worst look during the fault; counted once for each sub-cluster, and added up',
    }),
  clientErrorPercent: z.int().min(0).max(100).optional().meta({
    description:
      'At most this share of what clients asked during the fault failed or timed out, by the counters of the nodes',
  }),
  xdrLagSeconds: z.int().min(0).max(86_400).optional().meta({
    description: 'No node lags behind more than this to any XDR destination during the fault',
  }),
  recoverySeconds: z.int().min(0).max(3_600).optional().meta({
    description: 'At most this long after restore the nodes are one cluster again',
  }),
  lostMarkersMax: z.int().min(0).max(800).optional().meta({
    description: 'Most acknowledged marker writes that may be lost; any number when absent',
  }),
});
export type Expect = z.infer<typeof Expect>;
