/** The clocks of heartbeat and clustering, in milliseconds. */
export interface Timings {
  readonly interval: number;
  /** Silence after which a heartbeat link is closed. */
  readonly linkSilence: number;
  /** Silence after which a node is expired. */
  readonly nodeTimeout: number;
  /** Step to which changes of membership are gathered. */
  readonly quantum: number;
  readonly connectTimeout: number;
  /** How often the one timer of a node runs. */
  readonly tick: number;
  /** Time for a change to show in everybody's pulses, one way. */
  readonly pulseDelay: number;
}

const fabricLatencyMs = 5;
const quantumMaxMs = 5000;

/**
 * Derives every clock from the two that are configured, by the rules measured on server 8.1.2.0.
 *
 * At 150 ms and 10 intervals: 450 ms, 1500 ms and 1810 ms.
 */
export function timingsOf(config: {
  readonly intervalMs: number;
  readonly timeoutIntervals: number;
}): Timings {
  const { intervalMs: interval, timeoutIntervals } = config;
  const nodeTimeout = interval * timeoutIntervals;
  const pulseDelay = interval + fabricLatencyMs;
  return {
    interval,
    nodeTimeout,
    pulseDelay,
    linkSilence: interval * Math.max(2, Math.floor(timeoutIntervals / 3)),
    quantum: Math.min(quantumMaxMs, nodeTimeout + 2 * pulseDelay),
    connectTimeout: 500,
    tick: Math.floor(interval / 2),
  };
}
