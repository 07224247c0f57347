/** What the package offers to CDK apps. */
export { Aerofault } from './aerofault.ts';
export type { AerofaultProps, AllowedTime } from './aerofault-props.ts';
export { AerofaultTarget } from './aerofault-target.ts';
export type { AerofaultTargetProps } from './aerofault-target.ts';
export type { ScheduledAudit } from './audits.ts';
export { Experiment } from './experiment.ts';
export type { FisBridge } from './fis.ts';
export type { FisCut } from './fis-cut.ts';
export type { ScheduledRun, ScheduleOptions } from './game-days.ts';
export { HostDocuments } from './host-documents.ts';
export type { HostDocumentsProps, IHostDocuments } from './host-documents.ts';
export type { Notifications } from './notifications.ts';
export type { OnRunFinishedOptions } from './run-finished-rule.ts';
export type { RunTiming } from './run-timing.ts';
export type { TargetAccount } from './target-account.ts';
