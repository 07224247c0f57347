import { Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import { CfnDocument } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { hostScript } from '../host/compose.ts';
import { hostParameters } from '../host/parameters.ts';
import { scriptNames } from '../core/script-names.ts';
import type { ScriptName } from '../core/script-names.ts';
import { documentName, usualDocumentPrefix } from './document-name.ts';

/** What a deployment of the host documents may choose. */
export interface HostDocumentsStackProps extends StackProps {
  /** What the names of the documents begin with; the same as in the stack that sends them. */
  readonly documentPrefix?: string;
}

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
  survey: { seconds: 35, says: 'aerofault: say what this host is like, and change nothing' },
};

/** SSM refuses a document above this (MaxDocumentSizeExceeded). */
const documentBytesMax = 64 * 1024;

/**
 * The host scripts as SSM documents, in a stack of their own, tied to the other one by name alone.
 *
 * Starts and ends with the stack. A new version becomes the default at once. A deployment in the middle
 * of a run changes neither what it injects nor what restores it, for its plan holds on to versions and their
 * hashes; where the version that restores is gone, the default one does, for every version undoes what any
 * did. Deleting this stack alone, which nothing guards, takes the restore by command away, not the timers on
 * the hosts: a run that is open then is stuck, truthfully, until the documents are deployed again.
 */
export class HostDocumentsStack extends Stack {
  constructor(scope: Construct, id: string, props: HostDocumentsStackProps = {}) {
    super(scope, id, { description: 'Host scripts of aerofault', ...props });
    const { documentPrefix = usualDocumentPrefix } = props;
    for (const script of scriptNames) {
      const name = documentName(documentPrefix, script);
      new CfnDocument(this, script.charAt(0).toUpperCase() + script.slice(1), {
        name,
        documentType: 'Command',
        documentFormat: 'JSON',
        targetType: '/AWS::EC2::Instance',
        updateMethod: 'NewVersion',
        content: contentOf(script),
      });
    }
  }
}

/**
 * The document of one script. Values never enter its text: the agent hands them over as `SSM_<name>`.
 *
 * @throws when the text would be changed by the agent, or is too long for SSM.
 */
function contentOf(script: ScriptName): Record<string, unknown> {
  const { seconds, says } = hostDocuments[script];
  const content = {
    schemaVersion: '2.2',
    description: says,
    parameters: parametersOf(script),
    mainSteps: [
      {
        action: 'aws:runShellScript',
        name: script,
        precondition: { StringEquals: ['platformType', 'Linux'] },
        inputs: { timeoutSeconds: String(seconds), runCommand: hostScript(script).split('\n') },
      },
    ],
  };
  refuseUnfit(script, JSON.stringify(content));
  return content;
}

function parametersOf(script: ScriptName): Record<string, unknown> {
  const parameters: Record<string, unknown> = {};
  for (const [name, parameter] of Object.entries(hostParameters[script])) {
    parameters[name] = { type: 'String', interpolationType: 'ENV_VAR', ...parameter };
  }
  return parameters;
}

function refuseUnfit(script: ScriptName, text: string): void {
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
