/** A line for a terminal. Names are other people's text: nothing in them may steer it. */
export const printable = (line: string): string =>
  line.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '');
