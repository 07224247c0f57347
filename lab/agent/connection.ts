import { request } from 'node:http';
import { text } from 'node:stream/consumers';

/** How long an agent waits for its endpoint, in milliseconds. */
export interface Patience {
  /** Until the connection is there. */
  readonly connect: number;
  /** Until the answer is there, the connection included. */
  readonly answer: number;
}

/**
 * One request over a connection of its own: none is kept, so that a cut is noticed and the next request
 * tries anew. Rejects when there is no connection, no answer in time, or an error.
 */
export function post(url: string, body: unknown, { connect, answer }: Patience): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', agent: false }, (incoming) => {
      const settle = (json: string): void => {
        if (incoming.statusCode === 200) resolve(JSON.parse(json));
        else reject(new Error(`Cannot use "${url}": found ${incoming.statusCode} ${json}`));
      };
      text(incoming).then(settle, reject);
    });
    const giveUp = (what: string): void => {
      outgoing.destroy(new Error(`Cannot use "${url}" as it must ${what}: found silence`));
    };
    const connecting = setTimeout(() => giveUp('take connections'), connect);
    const answering = setTimeout(() => giveUp('answer'), answer);
    outgoing.on('socket', (socket) => socket.once('connect', () => clearTimeout(connecting)));
    outgoing.on('error', reject);
    outgoing.on('close', () => {
      clearTimeout(connecting);
      clearTimeout(answering);
    });
    outgoing.end(JSON.stringify(body));
  });
}
