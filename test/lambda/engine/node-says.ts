import * as z from 'zod';
import type { NodeView } from '../../../core/observation.ts';
import type { Intercept } from '../../fakes/intercept.ts';

const Answered = z.looseObject({
  json: z.looseObject({ results: z.array(z.looseObject({})) }),
});

/** While it is so, the node on an instance says something else of itself than it would. */
export function nodeSays(
  instanceId: string,
  changes: Partial<NodeView>,
  isSo: () => boolean = () => true,
): Intercept {
  return async (call, proceed) => {
    const reply = await proceed();
    const isAsked = call.name === 'hosts.run probe' && call.args[0] === instanceId;
    const { data } = Answered.safeParse(reply);
    if (!isAsked || data === undefined || !isSo()) return reply;
    const results = data.json.results.map((one) =>
      'heartbeats' in one ? { ...one, ...changes } : one,
    );
    return { ...data, json: { ...data.json, results } };
  };
}
