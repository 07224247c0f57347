import { usualTlsService } from './access.ts';
import { portNumbersOf } from './experiment.ts';
import type { Experiment } from './experiment.ts';

/** Where nodes are asked what they know: the service port, or its TLS twin where they are asked by TLS. */
export function infoPortOf(experiment: Experiment): number {
  const { access, portNumbers = {} } = experiment;
  if (access?.tls === undefined) return portNumbersOf(experiment).service;
  const { tlsService = usualTlsService } = portNumbers === 'node' ? {} : portNumbers;
  return tlsService;
}

/** Whether nodes have no service port but the one that speaks TLS, on which a plain question says nothing. */
export const isTlsAlone = (experiment: Experiment): boolean =>
  experiment.access?.tls !== undefined &&
  portNumbersOf(experiment).service === infoPortOf(experiment);
