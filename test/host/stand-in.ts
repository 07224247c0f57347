/** Lines that put a script of sh in the place of a program, on one host alone; `/run/real` is the program. */
export function standIn(program: string, script: string): string {
  return `
    found=$(readlink -f "$(command -v ${program})")
    cp "$found" /run/real
    printf '%s\\n' '#!/bin/sh' '${script}' >/run/stand-in
    chmod 755 /run/stand-in
    mount --bind /run/stand-in "$found"`;
}

/** The same for all of iptables, which is one program that goes by its name, \`$name\`. */
export function standInForIptables(script: string): string {
  return standIn('iptables', `name=\${0##*/}; ${script}; exec /run/real "$name" "$@"`);
}

/** The same, but in the namespace of a rehearsal iptables is itself. */
export function failingIptables(script: string): string {
  const atHome = '[ "$(readlink /proc/self/ns/net)" = "$(cat /run/home)" ]';
  return `
    readlink /proc/self/ns/net >/run/home
    ${standInForIptables(`if ${atHome}; then ${script}; fi`)}`;
}

/** Lines that take a program away from one host. */
export function without(program: string): string {
  return `touch /run/without; mount --bind /run/without "$(readlink -f "$(command -v ${program})")"`;
}
