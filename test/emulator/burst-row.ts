/** The question of burst.test.ts, as docs/confirm-on-aws.md has it. */
export const BURST_ROW = 'authorising and revoking ingress draw on one token bucket';
