import { labRegion } from '../../assembly/physical-names.ts';
import type { StepResult } from './agent-messages.ts';
import type { ManagedInstance } from './fleet.ts';
import { statusOf } from './invocation.ts';
import type { Command, Invocation } from './invocation.ts';
import { outputLimits, pluginOutput } from './output.ts';

/** Timestamps of the JSON protocol: seconds of the epoch. */
const seconds = (milliseconds: number): number => milliseconds / 1000;

/** `Command` of SendCommand's answer. */
export function commandAnswer(command: Command, instanceIds: readonly string[]): object {
  return {
    CommandId: command.commandId,
    DocumentName: command.documentName,
    DocumentVersion: command.documentVersion,
    Comment: command.comment,
    Parameters: command.parameters,
    InstanceIds: instanceIds,
    Targets: [],
    RequestedDateTime: seconds(command.sentAt),
    ExpiresAfter: seconds(command.sentAt + command.timeoutSeconds * 1000),
    Status: 'Pending',
    StatusDetails: 'Pending',
    TimeoutSeconds: command.timeoutSeconds,
    TargetCount: instanceIds.length,
    CompletedCount: 0,
    ErrorCount: 0,
    DeliveryTimedOutCount: 0,
  };
}

/** One item of ListCommandInvocations. */
export function listedInvocation(invocation: Invocation, details: boolean): object {
  const { command, instanceId } = invocation;
  return {
    CommandId: command.commandId,
    InstanceId: instanceId,
    InstanceName: '',
    Comment: command.comment,
    DocumentName: command.documentName,
    DocumentVersion: command.documentVersion,
    RequestedDateTime: seconds(command.sentAt),
    Status: statusOf(invocation.details),
    StatusDetails: invocation.details,
    CommandPlugins: details ? plugins(invocation) : [],
  };
}

/** A plugin that has not said anything yet has the invocation's status and response code -1. */
function plugins({ command, steps, details }: Invocation): object[] {
  return command.document.mainSteps.map(({ name }) => {
    const step = steps.find((one) => one.name === name);
    if (step === undefined) {
      return { Name: name, Status: statusOf(details), StatusDetails: details, ResponseCode: -1 };
    }
    return {
      Name: name,
      Status: step.status,
      StatusDetails: step.status === 'TimedOut' ? 'ExecutionTimedOut' : step.status,
      ResponseCode: step.exitCode,
      ResponseStartDateTime: seconds(step.startedAt),
      ResponseFinishDateTime: seconds(step.endedAt),
      Output: pluginOutput(step.stdout, step.stderr),
      OutputS3Region: labRegion,
    };
  });
}

/** The answer of GetCommandInvocation for one step, or for all of them when `pluginName` is absent. */
export function invocationAnswer(invocation: Invocation, pluginName: string | undefined): object {
  const { command, instanceId } = invocation;
  const first = command.document.mainSteps[0]?.name ?? '';
  const step = invocation.steps.find(({ name }) => name === (pluginName ?? first));
  return {
    CommandId: command.commandId,
    InstanceId: instanceId,
    Comment: command.comment,
    DocumentName: command.documentName,
    DocumentVersion: command.documentVersion,
    PluginName: pluginName ?? first,
    ResponseCode: step?.exitCode ?? -1,
    Status: statusOf(invocation.details),
    StatusDetails: invocation.details,
    StandardOutputContent: step?.stdout.slice(0, outputLimits.stdout) ?? '',
    StandardErrorContent: step?.stderr.slice(0, outputLimits.stderr) ?? '',
    ...(step === undefined ? {} : times(step)),
  };
}

function times({ startedAt, endedAt }: StepResult): object {
  return {
    ExecutionStartDateTime: new Date(startedAt).toISOString(),
    ExecutionEndDateTime: new Date(endedAt).toISOString(),
    ExecutionElapsedTime: `PT${((endedAt - startedAt) / 1000).toFixed(3)}S`,
  };
}

/** One item of DescribeInstanceInformation. */
export function instanceAnswer(instance: ManagedInstance, pingStatus: string): object {
  return {
    InstanceId: instance.instanceId,
    PingStatus: pingStatus,
    LastPingDateTime: seconds(instance.lastPingAt),
    RegistrationDate: seconds(instance.registeredAt),
    AgentVersion: instance.agentVersion,
    IsLatestVersion: true,
    PlatformType: 'Linux',
    PlatformName: 'Lab',
    PlatformVersion: '1',
    ResourceType: 'EC2Instance',
    ComputerName: instance.instanceId,
  };
}
