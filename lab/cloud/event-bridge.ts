/**
 * The API of the lab's EventBridge, in front of its bus: PutEvents alone.
 *
 * {@link startEventBridge} starts it; `close()` ends it, and not the bus. It speaks AWS JSON 1.1 and takes
 * events of the default bus; what AWS would turn away it turns away by entry, as AWS does.
 */
import * as z from 'zod';
import { AwsError } from './aws-error.ts';
import { startEndpoint, targetOf } from './endpoint.ts';
import type { Endpoint } from './endpoint.ts';
import type { EventBus } from './event-bus.ts';
import type { ListenOptions } from './listener.ts';

/** Bytes of all entries of a call (EventBridge user guide, "Calculating PutEvents event entry size"). */
const bytesMax = 262_144;

const PutEvents = z.object({
  Entries: z
    .array(
      z.object({
        Source: z.string().optional(),
        DetailType: z.string().optional(),
        Detail: z.string().optional(),
        Resources: z.array(z.string()).optional(),
        EventBusName: z.string().optional(),
      }),
    )
    .min(1)
    .max(10),
});
type Entry = z.infer<typeof PutEvents>['Entries'][number];

/** Starts it; rejects when it cannot listen. */
export function startEventBridge(
  bus: Pick<EventBus, 'put'>,
  listen: ListenOptions,
): Promise<Endpoint> {
  return startEndpoint(listen, (request) => {
    const action = targetOf(request);
    if (action !== 'PutEvents') {
      throw new AwsError('UnknownOperationException', `The lab does not know ${action}`);
    }
    return { action, params: request.body, perform: () => put(request.body, bus) };
  });
}

function put(body: unknown, bus: Pick<EventBus, 'put'>): object {
  const { Entries } = PutEvents.parse(body);
  const bytes = Entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  if (bytes > bytesMax) {
    throw new AwsError('ValidationException', `Total size of the entries is over ${bytesMax}`);
  }
  const answers = Entries.map((entry) => putOne(entry, bus));
  return {
    FailedEntryCount: answers.filter((one) => 'ErrorCode' in one).length,
    Entries: answers,
  };
}

function putOne(entry: Entry, bus: Pick<EventBus, 'put'>): object {
  const { Source, DetailType, Detail, Resources = [], EventBusName = 'default' } = entry;
  if (Source === undefined || DetailType === undefined || Detail === undefined) {
    return turnedAway('InvalidArgument', 'Source, DetailType and Detail must be there');
  }
  if (Source.startsWith('aws.')) return turnedAway('NotAuthorizedForSourceException', Source);
  if (EventBusName !== 'default') return turnedAway('ResourceNotFoundException', EventBusName);
  const detail = objectIn(Detail);
  if (detail === undefined) return turnedAway('MalformedDetail', 'Detail is malformed.');
  bus.put({ source: Source, 'detail-type': DetailType, resources: Resources, detail });
  return { EventId: '00000000-0000-0000-0000-000000000000' };
}

const turnedAway = (ErrorCode: string, ErrorMessage: string): object => ({
  ErrorCode,
  ErrorMessage,
});

const AnObject = z.record(z.string(), z.unknown());

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    return AnObject.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

const sizeOf = ({ Source = '', DetailType = '', Detail = '', Resources = [] }: Entry): number =>
  [Source, DetailType, Detail, ...Resources].reduce(
    (sum, text) => sum + Buffer.byteLength(text),
    0,
  );
