import { SendCommandCommand } from '@aws-sdk/client-ssm';
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { ScriptName } from '../../core/script-names.ts';
import type { DocumentVersion, HostReply } from '../gateways.ts';
import { failureOf, isCode } from './failure.ts';

/** The names of the SSM documents; one that a Lambda never runs may be missing. */
export type Documents = Readonly<Record<ScriptName, string | undefined>>;

/** One script with its parameters, for any number of instances. */
export interface Script {
  readonly script: ScriptName;
  readonly document: string;
  /** The version that must run; the default one when undefined. */
  readonly pinned: DocumentVersion | undefined;
  /** Whether the default version may run where the pinned one is gone, or is not what it was. */
  readonly orDefault: boolean;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Most instance ids of one command (SendCommand, InstanceIds). */
export const commandInstancesMax = 50;
/** Time in which a command may start; the least SSM allows (SendCommand, TimeoutSeconds 30–2592000). */
const startSeconds = 30;

/** What became of a sending: a command id, or the reply that every one of its instances has. */
export type Sent =
  | { readonly instanceIds: readonly string[]; readonly commandId: string }
  | {
      readonly instanceIds: readonly string[];
      readonly reply: HostReply & { kind: 'refused' | 'unknown' };
    };

/**
 * Sends a script to instances, {@link commandInstancesMax} at most: one command where SSM takes it.
 *
 * SSM declines a command whole for the sake of one instance that it does not know or that bears no tag
 * that the role demands. Nothing ran then, so each half is sent by itself, down to the one that is to
 * blame: a person who takes one tag away must not keep the others from being restored. What is declined for
 * the sake of its version alone goes out once more by the default one, where the script allows that.
 */
export async function sendCommand(
  client: SSMClient,
  script: Script,
  instanceIds: readonly string[],
): Promise<Sent[]> {
  try {
    const { Command } = await client.send(commandOf(script, instanceIds));
    const commandId = Command?.CommandId;
    if (commandId !== undefined) return [{ instanceIds, commandId }];
    return [{ instanceIds, reply: { kind: 'unknown', reason: 'SSM gave no command id' } }];
  } catch (error) {
    if (script.orDefault && script.pinned !== undefined && isOfVersion(error)) {
      return sendCommand(client, { ...script, pinned: undefined }, instanceIds);
    }
    if (instanceIds.length < 2 || !isOfOneInstance(error)) {
      return [{ instanceIds, reply: { ...failureOf(error), cause: error } }];
    }
  }
  const half = Math.ceil(instanceIds.length / 2);
  const halves = [instanceIds.slice(0, half), instanceIds.slice(half)];
  return (await Promise.all(halves.map((ids) => sendCommand(client, script, ids)))).flat();
}

const isOfOneInstance = (error: unknown): boolean =>
  isCode(error, 'InvalidInstanceId', 'AccessDeniedException');

/**
 * A version that is gone is an InvalidDocumentVersion (SendCommand, "Errors"); another hash an InvalidDocument,
 * "document hash … does not match Sha256" (seen in aws-samples/aws-security-reference-architecture-examples#301).
 */
const isOfVersion = (error: unknown): boolean =>
  isCode(error, 'InvalidDocument', 'InvalidDocumentVersion');

/** All instances at once, and none spared because others failed (SendCommand's defaults are 50 and 0). */
function commandOf(
  { script, document, pinned, parameters }: Script,
  instanceIds: readonly string[],
): SendCommandCommand {
  return new SendCommandCommand({
    DocumentName: document,
    DocumentVersion: pinned?.version,
    ...(pinned?.hash === undefined
      ? {}
      : { DocumentHash: pinned.hash, DocumentHashType: 'Sha256' }),
    InstanceIds: [...instanceIds],
    Parameters: Object.fromEntries(
      Object.entries(parameters).map(([name, value]) => [name, [value]]),
    ),
    TimeoutSeconds: startSeconds,
    MaxConcurrency: '100%',
    MaxErrors: '100%',
    Comment: `aerofault ${script} ${parameters['RunId'] ?? ''}`.trim().slice(0, 100),
  });
}
