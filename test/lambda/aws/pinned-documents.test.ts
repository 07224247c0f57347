import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ScriptName } from '../../../core/script-names.ts';
import { startSsm } from '../../../lab/cloud/ssm.ts';
import type { Ssm } from '../../../lab/cloud/ssm.ts';
import { systemClock } from '../../../lambda/aws/clock.ts';
import { ssmHosts } from '../../../lambda/aws/hosts.ts';
import type { DocumentVersions, HostReply, Hosts } from '../../../lambda/gateways.ts';
import { labClient } from '../../lab/cloud/until.ts';
import { scriptDocuments } from './script-documents.ts';

let ssm: Ssm;
let hosts: Hosts;
let pinned: DocumentVersions;

/** A document that does nothing but bear a name; a deployment replaces it by one of another name. */
const contentOf = (description: string) => ({
  schemaVersion: '2.2',
  description,
  parameters: {},
  mainSteps: [{ action: 'aws:runShellScript', name: 'only', inputs: { runCommand: ['true'] } }],
});

beforeEach(async () => {
  const documents = ['Cut', 'Restore'].map((name) => ({
    logicalId: name,
    name,
    content: contentOf(`old ${name}`),
  }));
  ssm = await startSsm({ host: '127.0.0.1', port: 0, documents });
  const connection = { ...labClient, endpoint: ssm.url };
  hosts = ssmHosts(connection, { documents: scriptDocuments, clock: systemClock });
  pinned = await hosts.versions(['cut', 'restore']);
  const body = JSON.stringify({ instanceId: 'i-1', agentVersion: '3', free: 5, killed: [] });
  await fetch(`${ssm.url}/agent/poll`, { method: 'POST', body });
});

afterEach(() => ssm.close());

/** Sends a script as a run does that holds on to its document; nobody picks it up. */
const send = (script: ScriptName): Promise<HostReply> =>
  hosts.run('i-1', script, {
    parameters: {},
    waitSeconds: 0.1,
    document: pinned[script],
    orDefault: script === 'restore',
  });

const sent = (): (string | undefined)[] =>
  ssm.invocations().map(({ command }) => command.document.description);

describe('a deployment in the hold', () => {
  test('changes neither what the run injects with nor what restores it', async () => {
    for (const name of ['Cut', 'Restore']) ssm.publish(name, contentOf(`new ${name}`));
    await send('cut');
    await send('restore');

    expect(sent()).toEqual(['old Restore', 'old Cut']);
    expect(pinned.cut).toEqual({ version: '1', hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  test('that makes the documents anew, with another text under the same version, injects nothing; restore runs the new one', async () => {
    for (const name of ['Cut', 'Restore']) {
      ssm.withdraw(name);
      ssm.publish(name, contentOf(`new ${name}`));
    }
    expect(await send('cut')).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/^InvalidDocument: document hash \w+ does not match Sha256/),
    });
    await send('restore');

    expect(sent()).toEqual(['new Restore']);
  });

  test('that takes the documents away is a definite refusal, for restore, too', async () => {
    for (const name of ['Cut', 'Restore']) ssm.withdraw(name);

    expect(await send('cut')).toMatchObject({ kind: 'refused' });
    expect(await send('restore')).toMatchObject({ kind: 'refused' });
    expect(sent()).toEqual([]);
  });
});

test('a run that was planned before hashes were kept is held to its version alone', async () => {
  pinned = { cut: { version: '1' } };
  ssm.publish('Cut', contentOf('new Cut'));
  await send('cut');
  pinned = { cut: { version: '9' } };

  expect(await send('cut')).toMatchObject({ kind: 'refused' });
  expect(sent()).toEqual(['old Cut']);
});
