import { listenerPortMin } from '../../core/aerospike.ts';
import { diagnose, usualPortsAsked } from '../../core/doctor.ts';
import type { Diagnosis } from '../../core/doctor.ts';
import { diagnosisText } from '../../core/doctor-text.ts';
import type { Instance } from '../../core/inventory.ts';
import { clusterTag } from '../../core/inventory.ts';
import { Refusal } from '../../core/refusal.ts';
import { systemClock } from '../../lambda/aws/clock.ts';
import type { Connection } from '../../lambda/aws/connection.ts';
import { isCode, reasonOf } from '../../lambda/aws/failure.ts';
import { ssmHosts } from '../../lambda/aws/hosts.ts';
import type { Documents } from '../../lambda/aws/send-command.ts';
import { ec2Network } from '../../lambda/aws/network.ts';
import { surveyHosts } from '../../lambda/engine/survey.ts';
import type { Surveys } from '../../lambda/engine/survey.ts';
import { documentName, usualDocumentPrefix } from '../../lib/document-name.ts';
import { lookingBy } from './looking.ts';
import type { LookingOptions } from './looking.ts';

/** What to ask hosts about, and where to look. */
export interface DoctorOptions extends LookingOptions {
  readonly ports?: string | undefined;
  /** What the names of the documents begin with; what the stack says when undefined, else the usual word. */
  readonly documentPrefix?: string | undefined;
}

/** Most ports that a host is asked about at once, as its parameter's pattern has it. */
const portsMax = 15;

/**
 * Asks every host of a cluster, by the survey document, whether faults can be done to it; changes nothing.
 *
 * @throws Refusal for ports that are none, a cluster that has no instances, or documents that are not there; and
 * whatever AWS said where it let nobody be asked.
 */
export async function doctor(
  cluster: string,
  options: DoctorOptions,
): Promise<{ diagnosis: Diagnosis; lines: string[] }> {
  const ports = portsIn(options.ports);
  const [servicePort = 0] = ports;
  const { connection, ...stack } = await lookingBy(options);
  const prefix = options.documentPrefix ?? stack.documentPrefix ?? usualDocumentPrefix;
  const instances = await instancesOf(cluster, connection);
  const hosts = ssmHosts(connection, {
    documents: documentsOf(prefix),
    clock: systemClock,
  });
  const asked = { runId: 'survey', ports, servicePort };
  const told = await surveyHosts(instances, asked, { hosts, clock: systemClock });
  const unasked = unaskedIn(told, documentName(prefix, 'survey'));
  const diagnosis = diagnose({ cluster, instances, ports, ...told, unasked });
  return { diagnosis, lines: diagnosisText(diagnosis) };
}

function portsIn(text: string | undefined): readonly number[] {
  if (text === undefined) return usualPortsAsked;
  const words = text.split(',');
  if (words.every(isPort) && words.length <= portsMax) return words.map(Number);
  throw new Refusal(
    `Cannot ask hosts about "${text}" as --ports must be up to ${portsMax} numbers from ${listenerPortMin} to 65535 with commas between: found something else`,
  );
}

const isPort = (word: string): boolean =>
  /^[1-9][0-9]{3,4}$/.test(word) && Number(word) >= listenerPortMin && Number(word) <= 65_535;

async function instancesOf(cluster: string, connection: Connection): Promise<Instance[]> {
  const { instances } = await ec2Network(connection, { clock: systemClock }).observe(cluster);
  if (instances.length > 0) return instances;
  throw new Refusal(
    `Cannot examine cluster "${cluster}" as running instances must carry the tags ${clusterTag}=${cluster} and aerofault:role: found none (in another account? then name the deployment with --stack)`,
  );
}

/** That SSM does not know an instance, or has not heard of it yet, is for its agent to mend. */
const ofAgent = ['InvalidInstanceId', 'InvocationDoesNotExist'];

/** The hosts that AWS kept from being asked, where others were asked. */
function unaskedIn({ failures, online }: Surveys, document: string): ReadonlySet<string> {
  const ofAws = [...failures].filter(([, error]) => !isCode(error, ...ofAgent));
  const [first] = ofAws;
  const missing = ofAws.find(([, error]) => isCode(error, 'InvalidDocument'));
  if (missing !== undefined) {
    throw new Refusal(
      `Cannot ask hosts as the deployment's document ${document} must be in this account and Region: found ${reasonOf(missing[1]).replace(/[ .]+$/, '')} (name the deployment with --stack, or its documents with --document-prefix)`,
    );
  }
  if (first !== undefined && ofAws.length === online.size) throw first[1];
  return new Set(ofAws.map(([id]) => id));
}

/** The survey's alone: nothing that changes a host can be sent by it. */
function documentsOf(prefix: string): Documents {
  const none = undefined;
  const rest = { cut: none, reroute: none, route: none, service: none, xdr: none };
  return {
    ...rest,
    restore: none,
    sever: none,
    probe: none,
    markers: none,
    access: none,
    survey: documentName(prefix, 'survey'),
  };
}
