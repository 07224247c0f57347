import type { Documents } from '../../../lambda/aws/send-command.ts';

/** Names of documents, as a Lambda has them that never severs. */
export const scriptDocuments: Documents = {
  cut: 'Cut',
  reroute: 'Reroute',
  route: 'Route',
  service: 'Service',
  xdr: 'Xdr',
  restore: 'Restore',
  probe: 'Probe',
  survey: 'Survey',
  markers: 'Markers',
  access: 'Access',
  sever: undefined,
};
