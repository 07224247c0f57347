/** What a value does where it reaches a shell: the folder is watched, and `id` is a trap that logs. */
const canaries = ['touch /run/canary/touched', 'id pwned', 'echo x >/run/canary/written'];

/** Every way to be run by a shell that a careless script opens. */
const wrappings = [
  (canary: string) => `$(${canary})`,
  (canary: string) => `\`${canary}\``,
  (canary: string) => `;${canary};`,
  (canary: string) => `|${canary}`,
  (canary: string) => `&${canary}&`,
  (canary: string) => `\n${canary}\n`,
  (canary: string) => `";${canary};"`,
  (canary: string) => `';${canary};'`,
  (canary: string) => `')${canary};('`,
  (canary: string) => `a[$(${canary})]`,
  (canary: string) => `\${x:-$(${canary})}`,
  (canary: string) => `$((a[$(${canary})]))`,
  (canary: string) => `<(${canary})`,
  (canary: string) => `\\";${canary}#`,
  (canary: string) => canary.replaceAll(' ', '${IFS}'),
  (canary: string) => `\r\n${canary}`,
];

/** Runs in any shell that evaluates it; no parameter's alphabet takes any of them. */
export const shellWords: readonly string[] = canaries.flatMap((canary) =>
  wrappings.map((wrap) => wrap(canary)),
);

/** Values without a blank; an empty one first. */
const split = (text: string): readonly string[] => ['', ...text.split(/\s+/).filter(Boolean)];

const symbols = split(String.raw`
  " ' \ $ \` ; | & < > ( ) { } # ! ~ ^ * ? [a-z]* /* ../* {a,b} ~root !! ^x^y $$ $1 $@ $PATH $IFS %s%n\n
  a"b {"a":1} ","outcome":"clean" <html> \${jndi:x} {{RunId}} \x41 é ß ０ １ ١ 𝟛 💥`).slice(1);
const blanks = [
  ' ',
  '  ',
  '\t',
  '\n',
  '\r',
  '\n\n',
  '\v',
  '\u2028',
  '\u00a0',
  '}\n{',
  'COMMIT\n-F',
];
const invisible = ['\u007f', '\u0001', '\u001b[2J', '\u0301', '\ufeff', '\u202e'];
const options = ['-j ACCEPT', '-- ', '--dport 22 -j ACCEPT', '-F INPUT', '! ', "' OR 1=1"];

/** Hostile in every parameter: each holds a character that none takes. */
export const anywhere = [...shellWords, ...symbols, ...blanks, ...invisible, ...options];

const noHosts = split(`
  127.0.0.1 127.9.9.9 0.0.0.0 0.1.2.3 169.254.169.254 169.254.1.1 224.0.0.1 239.1.1.1 240.0.0.1
  255.255.255.255 ::1 :: fe80::1 febf::1 ff02::1 ff0e::1 ::ffff:10.9.1.2 ::ffff:a09:102`);
const noAddresses = split(`
  10 10.9 10.9.1 10.9.1.2.3 10.9.1.256 256.9.1.2 10.9.1.999 10.9..2 .10.9.1.2 10.9.1.2. 10.9.1.-2
  -10.9.1.2 010.9.1.2 10.09.1.2 10.9.1.002 10.9.1.2/24 10.9.1.0/0 0.0.0.0/0 ::/0 10.9.1.2:80
  0x0a.9.1.2 168362498 host localhost node-1 FD00::1 fd00:::1 fd00::1::2 1:2:3:4:5:6:7 :1 1:
  1:2:3:4:5:6:7:8:9 1:2:3:4:5:6:7: :1:2:3:4:5:6:7 fd00::12345 g::1 [fd00::1] fd00::1%lo - -- . :
  ::: -s a.b.c.d 1.2.3.4-5 1e1.2.3.4 +1.2.3.4`);
const addresses = [...noHosts, ...noAddresses];
const instants = split(`
  0 1 -1 0000000000000 0123456789012 -123456789012 12345678901234 123456789012 123456789012x
  x234567890123 1e12 0x12345678901 1234567890.12 +1234567890123 9223372036854775807
  99999999999999999999 now 1,2`);
const noPorts = split('0 -1 03001 65536 99999 123456 3001.5 1e3 0xbb9 +1 3001,3002, ssh');
const long = 'x'.repeat(100_000);

/** `count` addresses of which each could be another host's. */
const crowd = (count: number) =>
  Array.from({ length: count }, (_, at) => `10.1.${at >> 8}.${at & 255}`).join(',');

/** For parameters that take some words only: those in other forms. */
function words(text: string): readonly string[] {
  const forms = split(text).flatMap((one) => [one.toUpperCase(), `${one},`, `-${one}`, one + one]);
  return [...forms, ...split('- -- -j none,none true null 0x _ , .. / % ACCEPT accept mangle 0')];
}

/** Values that a parameter of that name must not have, besides those hostile anywhere. */
export const particular: Readonly<Record<string, readonly string[]>> = {
  RunId: [...split('A RUN1 thirteenchars ../x .. . / - -- a-b a_b a.b -x a/b a,b a%b'), long],
  Part: split('-1 00 01 100 000 0x1 1.0 +1 1e1 a .. ../0 - 0-1 0,1'),
  InjectAt: instants,
  RestoreAt: [...instants, '9999999999999', String(Date.now() + 3 * 86_400_000)],
  SentAt: instants,
  Until: instants,
  Ports: [
    ...noPorts,
    ...split(', ,, 3001, ,3001 3001,,3002 22 443 3001,22 443,3001 3001,443,3002 3001,65536 3001,0'),
    ...split('3001-3002 3001:3002 : all 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16'),
    '1'.repeat(100_000),
  ],
  Peers: [
    ...addresses,
    ...addresses.slice(1, 30).map((address) => `10.9.1.2,${address}`),
    ...split('10.9.1.2, ,10.9.1.2 10.9.1.2,,10.9.2.2'),
    crowd(1_001),
    '1.'.repeat(50_000),
  ],
  To: [...addresses, '10.9.1.2,10.9.2.2', 'none'],
  Source: [...addresses, '10.9.1.2,10.9.2.2', 'any', 'NONE'],
  Address: [...noAddresses, '10.9.1.2,10.9.2.2', 'none'],
  Port: [...noPorts, '3000,3001'],
  Packets: words('drop reject tcp-reset net-unreachable'),
  Direction: words('both inbound outbound'),
  Filter: words('auto iptables nft ipset legacy'),
  Per: words('packet connection byte'),
  How: words('blackhole stop freeze remove-namespaces kill throw'),
  Action: words('look undo sever check flush'),
  Share: split(
    '0% 100% 101% -1% % 30 30%% 1/ /3 1/0 1/1 2/3 1/101 1/1000 1/03 03% 1.5% ALL all,all --',
  ),
  Local: [
    ...split('dev: dev:Eth0 dev:-i dev:-- dev:0eth dev:a/b dev:a,b dev:abcdefghijklmnop dev:..'),
    ...split('eth0 dev ANY any,any'),
    ...noAddresses,
  ],
  Flap: split('0-1 1-0 1 - 1- -1 1-1-1 01-1 1-01 1000-1 1-1000 NONE 1.5-1 on-off --'),
  Name: [...split('- -- -9 -p .. ../x /bin/sh a/b a,b . -s9'), long],
  Dc: [...split('a/b a,b a=b dc:1 a%b dc.1/..'), 'x'.repeat(200), long],
  Namespaces: [...split(', a, ,a a,,b a/b a=b a:b'), 'x'.repeat(200), long],
  Namespace: [...split(', a,b a/b a=b a:b a.b a;b'), 'x'.repeat(32), long],
  Set: [...split(', a,b a/b a=b a:b a.b a;b'), 'x'.repeat(64), long],
  Sides: [
    ...split(
      '10.9.1.2 /A1 10.9.1.2/ 10.9.1.2/a1 10.9.1.2/A1; ;10.9.1.2/A1 10.9.1.2/A1,,10.9.1.2/A1',
    ),
    ...split('10.9.1.2/A1/A2 10.9.1/A1 host/A1 10.9.1.2:A1 1/A;1/A;1/A;1/A;1/A .. /'),
  ],
  Rewind: [...split('-1 1.5 0x1 ALL nan all,1 1,2 +1 1e3'), '9'.repeat(100)],
  Tls: [...split('-connect a/b a:b none;id a..b/ $(id)'), 'x'.repeat(254)],
  CaFile: [
    ...split('ca.pem ./ca.pem / /etc/ /etc//ca.pem /etc/../etc/passwd /etc/.. SYSTEM system/'),
    `/${'x'.repeat(253)}`,
  ],
  Login: [
    ...split(
      'NONE i-1@10.9.1.1 i-1@10.9.1.1= i-1@10.9.1=QUJD i-1@10.9.1.1=QUJD; ;i-1@10.9.1.1=QUJD',
    ),
    ...split('@10.9.1.1=QUJD i-1@10.77.1.1=QUJD I-1@10.9.1.1=QUJD i-1@10.9.1.1=QU,JD none;none'),
  ],
  Info: [
    ...split('10.9.1.2 /3000 10.9.1.2/ 10.9.1.2/0 10.9.1.2/65536 10.9.1.2/03000 host/3000'),
    ...split('10.9.1.2/3000/1 10.9.1/3000 ../.. / NONE 10.9.1.2:3000'),
    ...split('i-1@10.9.1.1 i-1@10.9.1.1= i-1@10.9.1.1=0 i-1@10.9.1=3000 i-1@10.9.1.1=3000;'),
    ...split('@10.9.1.1=3000 i-1@10.77.1.1=3000 i-1@10.9.1.1=1,2 i-1@10.9.1.1=3000;none'),
  ],
  Probes: [
    ...split(', ,stop stop, stop,,stop stop/1 new new/ new// new//3000 new/10.9.1.2 new/10.9.1.2/'),
    ...split(
      'new/10.9.1.2/0 new/10.9.1.2/65536 new/10.9.1.2/03000 new/10.9.1.2/-1 -n/10.9.1.2/3000',
    ),
    ...split(
      'new/10.9.1.2/3000/1 new/localhost/3000 new/../3000 kept/10.9.1/3000 rm/10.9.1.2/3000',
    ),
    ...split('view/10.9.1.2/3000 view/10.9.1.2/3000/0 view/10.9.1.2/3000/x view/10.9.1.2/3000/1/2'),
    ...split(
      'recorded/10.9.1.2/3000/x recorded/10.9.1.2/3000/12345678901234 links/fd00:::1/3000 --',
    ),
    ...split('../../etc/passwd new/10.9.1.2/3000,rm/-rf/1'),
    ...split('stop; stop;i-1 stop;i-1@10.9.1.1 stop;@10.9.1.1=1 stop;i-1@=1 stop;i-1@10.9.1=1'),
    ...split('stop;i-1@10.9.1.1=0 stop;i-1@10.9.1.1=2 stop;i-1@10.9.1.1=, stop;i-1@10.9.1.1=1,,1'),
    ...split('stop;i-1@10.9.1.1=1;i-2@10.9.2.1=1 stop;i-1@10.77.1.1=1 stop;i-1@10.9.1.1=1=1 ;'),
    ...split('stop,rm/10.9.1.2/1;i-1@10.9.1.1=2 stop;i-1@10.9.1.1=99999 stop;i-1@10.9.1.1=1;*'),
    `${'new/10.9.1.2/3000,'.repeat(170)}stop`,
    long,
  ],
};
