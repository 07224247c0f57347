import type { ScriptName } from '../core/script-names.ts';

/** One parameter of a script, as SSM and the script itself check it. */
export interface HostParameter {
  /** Anchored, and within what the agent's RE2 takes: nested repeats multiply to 1,000 at most. */
  readonly allowedPattern: string;
  readonly description: string;
  /** What SSM hands over when the parameter is left out; without one it must be given. */
  readonly default?: string;
}

const octet = '(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const address = `((${octet}\\.){3}${octet}|[0-9a-f]*:[0-9a-f:]+)`;
/** No bounded repeat either, for it is in one pattern twice. */
const sideNode = `${address}/[0-9A-Z]+`;
/** Of a path; never `.` or `..`, which would go elsewhere. */
const segment = '([A-Za-z0-9_-][A-Za-z0-9._-]*|[.][A-Za-z0-9_-][A-Za-z0-9._-]*)';
/** What is sealed to one host, by whose it is. */
const sealed = '[a-z0-9-]+@[0-9.]+=[A-Za-z0-9+/=]+';
const instant = '^[1-9][0-9]{12}$';

const RunId = {
  allowedPattern: '^[a-z0-9]{1,12}$',
  description: 'Run id',
};
const Part = {
  allowedPattern: '^(0|[1-9][0-9]?)$',
  description: 'Which fault of the run on this host',
  default: '0',
};
const InjectAt = {
  allowedPattern: instant,
  description: 'Epoch milliseconds at which to apply; at once when past',
};
const RestoreAt = {
  allowedPattern: instant,
  description: 'Epoch milliseconds from which on nothing of it may be in force',
};
const Ports = {
  allowedPattern: '^[1-9][0-9]{0,4}(,[1-9][0-9]{0,4}){0,14}$',
  description: 'Up to 15 TCP ports, comma separated; never 22 or 443',
};
/** No bounded repeat, for the agent compiles no more than 1,000; the scripts count. */
const Peers = {
  allowedPattern: `^${address}(,${address})*$`,
  description: 'Up to 1,000 addresses of other hosts, IPv4 or IPv6, comma separated',
};
const Filter = {
  allowedPattern: '^(auto|iptables|nft)$',
  description: 'The packet filter to use: iptables, or nft where that is missing, when auto',
  default: 'auto',
};
const Share = {
  allowedPattern: '^(all|[1-9][0-9]?%|1/([2-9]|[1-9][0-9]|100))$',
  description: 'How much of it: all, 30% by chance, or every third as 1/3',
  default: 'all',
};
const Flap = {
  allowedPattern: '^(none|[1-9][0-9]{0,2}-[1-9][0-9]{0,2})$',
  description: 'Seconds on and seconds off, again and again, beginning with on',
  default: 'none',
};

/** The parameters of every script. The scripts check again, and more strictly. */
export const hostParameters: Readonly<Record<ScriptName, Readonly<Record<string, HostParameter>>>> =
  {
    cut: {
      RunId,
      Part,
      InjectAt,
      RestoreAt,
      Ports,
      Peers,
      Packets: {
        allowedPattern:
          '^(drop|reject|net-unreachable|host-unreachable|proto-unreachable|admin-prohibited|tcp-reset)$',
        description: 'What becomes of a packet; reject answers port-unreachable',
      },
      Direction: {
        allowedPattern: '^(both|inbound)$',
        description: 'Both ways, or only what comes in to the ports',
      },
      Filter,
      Share,
      Per: {
        allowedPattern: '^(packet|connection)$',
        description: 'A share of packets, or of new connections',
        default: 'packet',
      },
      Local: {
        allowedPattern: `^(any|${address}|dev:[a-z][a-z0-9._-]{0,14})$`,
        description: "Only over this address of the host's own, or this device",
        default: 'any',
      },
      Flap,
    },
    reroute: {
      RunId,
      Part,
      InjectAt,
      RestoreAt,
      Ports,
      Peers,
      To: { allowedPattern: `^${address}$`, description: 'Where connections go instead' },
      Source: {
        allowedPattern: `^(none|${address})$`,
        description: 'The source address that they then bear',
        default: 'none',
      },
      Share,
      Filter,
      Flap,
    },
    route: {
      RunId,
      Part,
      InjectAt,
      RestoreAt,
      Peers,
      How: {
        allowedPattern: '^(blackhole|unreachable|prohibit)$',
        description: 'The kind of route',
      },
    },
    service: {
      RunId,
      Part,
      InjectAt,
      RestoreAt,
      How: {
        allowedPattern: '^(stop|freeze)$',
        description: 'Stop a unit, or let processes stand',
      },
      Name: {
        allowedPattern: '^[a-z][a-z0-9@._-]{0,63}$',
        description: 'stop: the systemd unit; freeze: the process',
      },
    },
    xdr: {
      RunId,
      Part,
      InjectAt,
      RestoreAt,
      Address: {
        allowedPattern: `^${address}$`,
        description: "Where the node's info port listens",
      },
      Port: { allowedPattern: '^[1-9][0-9]{0,4}$', description: "The node's info port" },
      How: {
        allowedPattern: '^(force-linkdown|remove-namespaces)$',
        description: 'Before server 5.0, and from then on',
      },
      Dc: { allowedPattern: '^[A-Za-z0-9_-]{1,31}$', description: 'Name of the destination' },
      Namespaces: {
        allowedPattern: '^[A-Za-z0-9_-]{1,31}(,[A-Za-z0-9_-]{1,31})*$',
        description: 'Namespaces that are shipped there, comma separated',
      },
      Rewind: {
        allowedPattern: '^(none|all|[0-9]{1,5})$',
        description: 'Seconds to go back at restore, all, or none for from the fault on',
        default: 'none',
      },
    },
    restore: {
      RunId,
      Action: { allowedPattern: '^(look|undo)$', description: 'Look for the run, or remove it' },
    },
    sever: {
      RunId,
      Action: {
        allowedPattern: '^(check|sever)$',
        description: 'Prove that this kernel closes sockets, or close those of the peers',
        default: 'sever',
      },
      RestoreAt,
      Ports,
      Peers,
    },
    probe: {
      RunId,
      Until: {
        allowedPattern: instant,
        description: 'Epoch milliseconds at which recorders and canaries end by themselves',
      },
      Probes: {
        allowedPattern: '^[A-Za-z0-9_./:,-]+(;[a-z0-9-]+@[0-9.]+=[0-9,]+)*$',
        description:
          'Questions, comma separated, then whose they are; at most 16,000 characters (see the header of probe)',
      },
    },
    survey: {
      RunId: { ...RunId, default: 'survey' },
      SentAt: { allowedPattern: instant, description: 'Epoch milliseconds at which it was sent' },
      Ports,
      Info: {
        allowedPattern: `^(none|${address}/[1-9][0-9]{0,4}|[a-z0-9-]+@[0-9.]+=[0-9]+(;[a-z0-9-]+@[0-9.]+=[0-9]+)*)$`,
        description:
          "Where the node's info port listens, as ADDRESS/PORT, or ID@ADDRESS=PORT of each host",
        default: 'none',
      },
    },
    access: {
      RunId,
      Action: {
        allowedPattern: '^(key|open|close)$',
        description: 'Make a key, keep what is sealed to it, or take both away',
      },
      Until: {
        allowedPattern: instant,
        description: 'Epoch milliseconds from which on nothing reads what is kept',
      },
      Tls: {
        allowedPattern: '^[A-Za-z0-9._][A-Za-z0-9._-]{0,252}$',
        description: "none, or the TLS name that the node's certificate must bear",
        default: 'none',
      },
      CaFile: {
        allowedPattern: `^(system|(/${segment})+)$`,
        description: "The CAs to trust: the system's, or those of a file on the host",
        default: 'system',
      },
      Login: {
        allowedPattern: `^(none|${sealed}(;${sealed})*)$`,
        description: 'none, or ID@ADDRESS=BASE64 of each host: user and credential, sealed',
        default: 'none',
      },
    },
    markers: {
      RunId,
      Action: {
        allowedPattern: '^(write|read|remove)$',
        description: 'Write marker records and read them, read them again, or remove them',
      },
      Until: {
        allowedPattern: instant,
        description: 'Epoch milliseconds from which on no further record is tried',
      },
      Namespace: { allowedPattern: '^[A-Za-z0-9_-]{1,31}$', description: 'Where records go' },
      Set: { allowedPattern: '^[A-Za-z0-9_-]{1,63}$', description: 'The set that they are in' },
      Port: { allowedPattern: '^[1-9][0-9]{0,4}$', description: "The nodes' service port" },
      Sides: {
        allowedPattern: `^${sideNode}([,;]${sideNode})*$`,
        description: 'Nodes as ADDRESS/ID, a comma between them, a semicolon between sides',
      },
    },
  };
