import { usualPorts } from './aerospike.ts';
import type { Instance, Survey } from './inventory.ts';
import { agentOldest, clockOffMaxMs } from './plan/hosts/unfit-hosts.ts';
import { isOlder } from './version.ts';

/** Something wrong with a host or a cluster, and what to do; `refuses`: no fault until then. */
export type Finding = Survey['findings'][number];

/** A cluster's hosts, and what each said when it was asked. */
export interface Consultation {
  readonly cluster: string;
  readonly instances: readonly Instance[];
  readonly surveys: readonly Survey[];
  /** Instance id → why there is no survey of it. */
  readonly silent: Readonly<Record<string, string>>;
  /** Those of them that AWS kept from being asked: their agents are not to blame. */
  readonly unasked: ReadonlySet<string>;
  /** The ports that hosts were asked about. */
  readonly ports: readonly number[];
}

/** One host, and all that was found of it. */
export interface HostDiagnosis {
  readonly instance: Instance;
  readonly survey: Survey | undefined;
  readonly findings: readonly Finding[];
}

/** Whether a cluster is fit for faults; `findings` are those of no single host. */
export interface Diagnosis {
  readonly cluster: string;
  readonly fit: boolean;
  readonly hosts: readonly HostDiagnosis[];
  readonly findings: readonly Finding[];
}

/**
 * Judges whether faults can be done to a cluster's hosts: what they found wrong themselves, and what
 * only shows from outside or from all of them together.
 */
export function diagnose(consultation: Consultation): Diagnosis {
  const { cluster, instances, surveys } = consultation;
  const hosts = instances.map((instance) => {
    const survey = surveys.find(({ instanceId }) => instanceId === instance.id);
    const findings =
      survey === undefined
        ? [silence(instance, consultation)]
        : [
            ...ofAgent(survey),
            ...survey.findings,
            ...ofClock(survey),
            ...ofLogin(survey),
            ...ofRole(instance, survey),
          ];
    return { instance, survey, findings };
  });
  const nodes = hosts.flatMap(({ instance, survey }) =>
    instance.role === 'node' ? (survey?.node ?? []) : [],
  );
  const findings = [...ofCluster(nodes), ...ofPorts(nodes, consultation.ports)];
  const all = [...findings, ...hosts.flatMap((host) => host.findings)];
  return { cluster, fit: !all.some(({ refuses }) => refuses), hosts, findings };
}

const refusal = (says: string): Finding => ({ refuses: true, says });
const warning = (says: string): Finding => ({ refuses: false, says });

function silence({ id }: Instance, { silent, unasked }: Consultation): Finding {
  const found = silent[id] ?? 'that nobody asked it';
  if (unasked.has(id)) {
    return refusal(
      `Cannot ask this host as AWS must let it be asked: found ${found}; repeat the command, and have it allowed where it is denied`,
    );
  }
  return refusal(
    `Cannot ask this host as its SSM agent must answer: found ${found} (see that amazon-ssm-agent runs, and reaches SSM by the instance's role)`,
  );
}

function ofAgent({ agent }: Survey): Finding[] {
  if (agent === undefined || !isOlder(agent, agentOldest)) return [];
  return [
    refusal(
      `Cannot give scripts their parameters as the SSM agent must be ${agentOldest} or later: found ${agent} (run AWS-UpdateSSMAgent)`,
    ),
  ];
}

function ofClock({ clock }: Survey): Finding[] {
  if (clock === undefined) return [];
  const { offsetMs, errorMs } = clock;
  const off = `${Math.round(Math.abs(offsetMs))} ms ${offsetMs < 0 ? 'slow' : 'fast'}`;
  const must = `Cannot switch on time as its clock must be within ${clockOffMaxMs} ms of ours`;
  if (Math.abs(offsetMs) - errorMs > clockOffMaxMs) {
    return [refusal(`${must}: found it ${off} (start chrony, or run chronyc makestep)`)];
  }
  if (Math.abs(offsetMs) + errorMs <= clockOffMaxMs) return [];
  return [
    warning(`${must}: found it ${off}, give or take ${Math.round(errorMs)} ms (start chrony)`),
  ];
}

/** What it would take to log in. */
function ofLogin({ findings, tools }: Survey): Finding[] {
  const wanted = findings.some(({ says }) => says.includes('access.login'));
  if (!wanted || tools.includes('openssl')) return [];
  return [
    refusal(
      'Cannot log in to its node as openssl must be installed where a login is wanted: found it missing',
    ),
  ];
}

function ofRole({ role }: Instance, { node }: Survey): Finding[] {
  if (role === 'client' || node !== undefined) return [];
  return [
    warning(
      'Cannot tell how its node is as the service port must answer: found no answer (start it, or give its ports with --ports)',
    ),
  ];
}

type NodeWords = NonNullable<Survey['node']>;

/** What nodes say together: one cluster has one principal; builds may differ during an upgrade. */
function ofCluster(nodes: readonly NodeWords[]): Finding[] {
  const principals = distinct(nodes.map(({ principal }) => principal));
  const builds = distinct(nodes.map(({ build }) => build));
  return [
    ...(principals.length > 1
      ? [
          refusal(
            `Cannot fault one cluster as its nodes must follow one principal: found ${principals.join(', ')}; make it one again first`,
          ),
        ]
      : []),
    ...(builds.length > 1
      ? [
          warning(
            `Cannot expect nodes to behave alike as they must be of one build: found ${builds.join(', ')}`,
          ),
        ]
      : []),
    ...ofConsistency(nodes),
  ];
}

function ofConsistency(nodes: readonly NodeWords[]): Finding[] {
  const strong = distinct(nodes.flatMap((node) => node.strong));
  if (strong.length === 0) return [];
  return [
    warning(
      `Cannot flap on strong consistency as the experiment must say allowFlapping: found it in ${strong.join(', ')}`,
    ),
  ];
}

/** Ports that nodes have and that an experiment with the usual numbers would miss. */
function ofPorts(nodes: readonly NodeWords[], asked: readonly number[]): Finding[] {
  const own = nodes.flatMap(({ ports }) => Object.entries(ports));
  const missed = own.filter(([, port]) => !asked.includes(port));
  if (missed.length === 0) return [];
  const named = distinct(missed.map(([name, port]) => `${name} ${port}`));
  return [
    warning(
      `Cannot judge every listener as --ports must name it, and experiments portNumbers: found ${named.join(', ')}`,
    ),
  ];
}

const distinct = (words: readonly string[]): string[] => [...new Set(words)].toSorted();

/** What is asked about when nobody says otherwise. */
export const usualPortsAsked: readonly number[] = Object.values(usualPorts);
