import type { Experiment } from '../experiment.ts';
import { partsOf } from '../experiment-parts.ts';
import type { Contradiction } from './contradiction.ts';

/** What does not go with questions that need TLS or a login. */
export const ofAccess: readonly Contradiction<Experiment>[] = [
  {
    found: ({ access }) =>
      access !== undefined && access.tls === undefined && access.login === undefined,
    must: () => "access must have 'tls', 'login' or both: found neither",
  },
  {
    found: ({ access, markers }) => access !== undefined && markers !== undefined,
    must: () =>
      'markers must be left out beside access, for the client that writes them has neither TLS nor a login: found some',
  },
  {
    found: (experiment) =>
      experiment.access !== undefined &&
      partsOf(experiment).some((part) => part.experiment.fault.kind === 'xdr-pause'),
    must: () =>
      "the fault must be another than xdr-pause beside access, for at its end a host must command the node when nobody can hand it a login; xdr-cut needs none: found 'xdr-pause'",
  },
];
