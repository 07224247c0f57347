/** Lines of sh that put bash where /bin/sh is, as on Amazon Linux and RHEL. */
export const bashAsSh =
  'mount --bind "$(readlink -f "$(command -v bash)")" "$(readlink -f /bin/sh)"';

/** A stand-in for a tool; without a text the tool is missing. */
export interface Shim {
  readonly name: string;
  readonly text: string | undefined;
}

export function shim(name: string, text?: string): Shim {
  return { name, text };
}

/** Lines of sh that lay stand-ins over a folder of tools, whether these exist there or not. */
export function over(folder: string, ...shims: readonly Shim[]): string {
  const layer = `/run/over${folder}`;
  return [
    `mkdir -p ${layer}`,
    ...shims.map(({ name, text }) =>
      text === undefined
        ? `mknod ${layer}/${name} c 0 0`
        : `cat >${layer}/${name} <<'SHIM'\n#!/bin/bash\n${text}\nSHIM\nchmod +x ${layer}/${name}`,
    ),
    `mount -t overlay over -o lowerdir=${layer}:${folder} ${folder}`,
  ].join('\n');
}
