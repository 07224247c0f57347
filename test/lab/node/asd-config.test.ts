import { expect, test } from 'vitest';
import { asdConfig, asdDirectories } from '../../../lab/node/asd-config.ts';
import { nodeConfigSchema } from '../../../lab/node/config.ts';

const config = nodeConfigSchema.parse({
  id: 'A1',
  address: '10.77.0.1',
  ports: { service: 3000, fabric: 3001, heartbeat: 3002, admin: 3003 },
  seeds: ['10.77.0.1', '10.77.0.2', '10.77.0.3'],
  clusterName: 'rehearsal',
  namespaces: [{ name: 'test', replicationFactor: 2 }],
});

test('asdConfig() describes the same node to a real server', () => {
  expect(asdConfig(config, '/run/lab/n1')).toBe(`service {
  cluster-name rehearsal
  node-id A1
  proto-fd-max 1024
  work-directory /run/lab/n1
}

logging {
  file /run/lab/n1/aerospike.log {
    context any info
  }
}

mod-lua {
  user-path /run/lab/n1/usr/udf/lua
}

network {
  service {
    address any
    access-address 10.77.0.1
    port 3000
  }
  admin {
    address any
    port 3003
  }
  heartbeat {
    mode mesh
    address 10.77.0.1
    port 3002
    mesh-seed-address-port 10.77.0.2 3002
    mesh-seed-address-port 10.77.0.3 3002
    interval 150
    timeout 10
  }
  fabric {
    address 10.77.0.1
    port 3001
  }
}

namespace test {
  replication-factor 2
  storage-engine memory {
    data-size 1G
  }
}
`);
});

test('a second address is listened on and told of, and never a seed of its own', () => {
  const dual = { ...config, address6: 'fd77::1', seeds: [...config.seeds, 'fd77::1', 'fd77::2'] };
  const lines = asdConfig(dual, '/w').split('\n');
  expect(lines.filter((line) => line.includes('fd77::1'))).toEqual([
    '    access-address fd77::1',
    '    address fd77::1',
    '    address fd77::1',
  ]);
  expect(lines).toContain('    mesh-seed-address-port fd77::2 3002');
});

const linesOf = (more: object) => asdConfig({ ...config, ...more }, '/w').split('\n');

test('fabric has addresses of its own where they are given, and a container listens on any', () => {
  const two = linesOf({ fabricAddresses: ['10.77.0.1', '10.78.0.1'] });

  expect(two.slice(two.indexOf('  fabric {'))).toEqual(
    expect.arrayContaining(['    address 10.77.0.1', '    address 10.78.0.1']),
  );
  expect(linesOf({ bind: '0.0.0.0' }).filter((line) => line === '    address any')).toHaveLength(4);
});

test('asdDirectories() names what the server does not make itself', () => {
  expect(asdDirectories('/run/lab/n1')).toEqual(['/run/lab/n1/smd', '/run/lab/n1/usr/udf/lua']);
});
