/**
 * How many requests a full bucket of EC2's holds (EC2 developer guide, "Request throttling": per account
 * and Region). Ingress rules are "resource-intensive"; all else that changes something here is "mutating".
 */
export const requestBuckets = { ingress: 50, mutating: 50, interface: 100 } as const;

/** By how much each of these buckets refills in a second. */
export const refillPerSecond = 5;
