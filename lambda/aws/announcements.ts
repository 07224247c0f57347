import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { runFinished } from '../../core/run-finished.ts';
import type { Delivery } from '../delivery.ts';
import { brief } from './connection.ts';
import type { Connection } from './connection.ts';

/** Events on the account's default bus. */
export function announcements(connection: Connection): Pick<Delivery, 'announce'> {
  const client = new EventBridgeClient(brief(connection));
  return {
    async announce(detail) {
      const entry = {
        Source: runFinished.source,
        DetailType: runFinished.detailType,
        Detail: JSON.stringify(detail),
      };
      // An entry that is turned away comes with status 200 (EventBridge API reference, PutEvents).
      const { FailedEntryCount = 0, Entries = [] } = await client.send(
        new PutEventsCommand({ Entries: [entry] }),
      );
      if (FailedEntryCount === 0) return;
      const [{ ErrorCode = 'unknown', ErrorMessage = '' } = {}] = Entries;
      throw new Error(`EventBridge turned it away: ${ErrorCode} ${ErrorMessage}`);
    },
  };
}
