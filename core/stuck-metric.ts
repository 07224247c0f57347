/** The metric of looks that found their run stuck: Lambdas count it, an alarm watches it. */
export const stuckMetric = { namespace: 'Aerofault', name: 'Stuck', dimension: 'Journal' } as const;
