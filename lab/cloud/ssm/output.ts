/** How long output may be, in characters. Source: iohandler of the agent, GetCommandInvocation's page. */
export const outputLimits = { stdout: 24_000, stderr: 8_000, plugin: 2_500 };

const errorTitle = '\n----------ERROR-------\n';
const outputCut = '\n---Output truncated---';
const errorCut = '\n---Error truncated----';

/** Both streams of a step in one text of at most {@link outputLimits}`.plugin`, as the agent writes it. */
export function pluginOutput(stdout: string, stderr: string): string {
  const title = stderr === '' ? '' : errorTitle;
  const space = outputLimits.plugin - title.length;
  if (stdout.length + stderr.length <= space) return stdout + title + stderr;
  const half = Math.floor(space / 2);
  const forError = stdout.length < half ? space - stdout.length : Math.min(stderr.length, half);
  return cut(stdout, space - forError, outputCut) + title + cut(stderr, forError, errorCut);
}

function cut(text: string, length: number, mark: string): string {
  if (text.length <= length) return text;
  return text.slice(0, Math.max(0, length - mark.length)) + mark;
}
