import { fisCutScript, hostScript } from '../host/compose.ts';
import { fisCutParameters } from '../host/fis-parameters.ts';
import { hostParameters } from '../host/parameters.ts';
import type { HostParameter } from '../host/parameters.ts';
import type { ScriptName } from '../core/script-names.ts';

/**
 * How long each script may run, in seconds, and what it is for.
 *
 * The agent replaces anything outside 5..172800 by an hour without a word. Scripts that change something
 * may have to wait for their instant where the kernel does not switch for them; killing one is harmless,
 * since its timer belongs to systemd or to a session of its own.
 */
const hostDocuments: Readonly<Record<ScriptName, { seconds: number; says: string }>> = {
  cut: { seconds: 120, says: 'aerofault: stop the packets of chosen peers until a given instant' },
  reroute: {
    seconds: 120,
    says: 'aerofault: send new connections to chosen peers elsewhere until a given instant',
  },
  route: {
    seconds: 120,
    says: 'aerofault: give this host routes to chosen peers that lead nowhere until a given instant',
  },
  service: {
    seconds: 120,
    says: 'aerofault: stop a service, or let its process stand still, until a given instant',
  },
  xdr: {
    seconds: 120,
    says: 'aerofault: stop shipping to one destination until a given instant',
  },
  restore: { seconds: 60, says: 'aerofault: remove what a run did to this host, or look for it' },
  sever: {
    seconds: 60,
    says: 'aerofault: close connections to chosen peers, or try whether it can',
  },
  probe: { seconds: 30, says: 'aerofault: ask read-only questions from this host' },
  markers: {
    seconds: 30,
    says: 'aerofault: write marker records as a client of the cluster, read or remove them',
  },
  access: {
    seconds: 30,
    says: 'aerofault: keep for a run how to ask a node that wants TLS or a login',
  },
  survey: { seconds: 35, says: 'aerofault: say what this host is like, and change nothing' },
};

/** SSM refuses a document above this (MaxDocumentSizeExceeded). */
const documentBytesMax = 64 * 1024;

/**
 * The document of one script. Values never enter its text: the agent hands them over as `SSM_<name>`.
 *
 * @throws when the text would be changed by the agent, or is too long for SSM.
 */
export function documentContent(script: ScriptName): Record<string, unknown> {
  return contentOf({
    name: script,
    text: hostScript(script),
    parameters: hostParameters[script],
    ...hostDocuments[script],
  });
}

/** The document of cut for AWS FIS, which lasts as long as its fault. @throws as {@link documentContent}. */
export function fisCutContent(): Record<string, unknown> {
  return contentOf({
    name: 'fis-cut',
    text: fisCutScript(),
    parameters: fisCutParameters,
    seconds: 3_600 + 120,
    says: 'aerofault: stop the packets of chosen peers from now on, for so many seconds',
  });
}

/** One script as a document. */
interface Scripted {
  readonly name: string;
  readonly text: string;
  readonly parameters: Readonly<Record<string, HostParameter>>;
  readonly seconds: number;
  readonly says: string;
}

function contentOf(script: Scripted): Record<string, unknown> {
  const content = {
    schemaVersion: '2.2',
    description: script.says,
    parameters: parametersOf(script),
    mainSteps: [
      {
        action: 'aws:runShellScript',
        name: script.name,
        precondition: { StringEquals: ['platformType', 'Linux'] },
        inputs: {
          timeoutSeconds: String(script.seconds),
          runCommand: script.text.split('\n'),
        },
      },
    ],
  };
  refuseUnfit(script.name, JSON.stringify(content));
  return content;
}

function parametersOf({ parameters: given }: Scripted): Record<string, unknown> {
  const parameters: Record<string, unknown> = {};
  for (const [name, parameter] of Object.entries(given)) {
    parameters[name] = { type: 'String', interpolationType: 'ENV_VAR', ...parameter };
  }
  return parameters;
}

function refuseUnfit(script: string, text: string): void {
  if (text.includes('{{')) {
    throw new Error(
      `Cannot publish ${script} as its text must not hold '{{', which SSM replaces: found it`,
    );
  }
  const bytes = Buffer.byteLength(text);
  if (bytes > documentBytesMax) {
    throw new Error(
      `Cannot publish ${script} as it must be at most ${documentBytesMax} bytes: found ${bytes}`,
    );
  }
}
