import type { Misbehaviour } from '../cloud/endpoint.ts';
import type { Scene } from './disturbances.ts';
import type { SeededChance } from './seeded-chance.ts';

/** Calls that a run makes, by service: what it looks with and what it changes with. */
const actions = {
  ec2: [
    'DescribeInstances',
    'DescribeNetworkInterfaces',
    'DescribeSecurityGroups',
    'DescribeSecurityGroupRules',
    'ModifySecurityGroupRules',
    'AuthorizeSecurityGroupIngress',
    'RevokeSecurityGroupIngress',
    'ModifyNetworkInterfaceAttribute',
  ],
  ssm: ['SendCommand', 'ListCommandInvocations', 'DescribeInstanceInformation'],
  dynamoDb: ['UpdateItem', 'UpdateItem', 'UpdateItem', 'PutItem', 'GetItem', 'Query'],
} as const;

type Service = keyof typeof actions;

/** How each service says that it is asked too much. Sources: the API references' common errors. */
const throttles: Record<Service, Misbehaviour> = {
  ec2: {
    kind: 'fail',
    code: 'RequestLimitExceeded',
    message: 'Request limit exceeded',
    status: 503,
  },
  ssm: { kind: 'fail', code: 'ThrottlingException', message: 'Rate exceeded', status: 400 },
  dynamoDb: {
    kind: 'fail',
    code: 'ProvisionedThroughputExceededException',
    message: 'Rate exceeded',
    status: 400,
  },
};

const broken: Record<Service, Misbehaviour> = {
  ec2: { kind: 'fail', code: 'InternalError', message: 'Internal error', status: 500 },
  ssm: { kind: 'fail', code: 'InternalServerError', message: 'Internal error', status: 500 },
  dynamoDb: { kind: 'fail', code: 'InternalServerError', message: 'Internal error', status: 500 },
};

const ways = ['throttle', '5xx', 'lost answer', 'lost request', 'delay'] as const;

/** Makes the next few calls of one action go wrong. */
export async function goWrong({ stage, chance }: Scene): Promise<string> {
  const service = chance.oneOf<Service>(['ec2', 'ssm', 'dynamoDb']);
  const action = chance.oneOf<string>(actions[service]);
  const way = chance.oneOf(ways);
  const times = chance.between(1, 4);
  stage.cloud.services[service].misbehave(action, how(way, service, chance), times);
  return `${way} of ${service} ${action}, ${times} times`;
}

function how(way: (typeof ways)[number], service: Service, chance: SeededChance): Misbehaviour {
  switch (way) {
    case 'throttle':
      return throttles[service];
    case '5xx':
      return broken[service];
    case 'lost answer':
      return { kind: 'lose-answer' };
    case 'lost request':
      return { kind: 'lose-request' };
    case 'delay':
      return { kind: 'delay', milliseconds: chance.between(500, 4_000) };
  }
}
