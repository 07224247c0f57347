/** An error of the EC2 API, with the code that the SDK puts into `name`. */
export class Ec2Error extends Error {
  override readonly name = 'Ec2Error';
  readonly code: string;
  /** HTTP status; EC2 answers 400 unless it says otherwise. */
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** The errors for an id that names nothing; each kind of resource has its own code. */
export const notFound = {
  group: (id: string) =>
    new Ec2Error('InvalidGroup.NotFound', `The security group '${id}' does not exist`),
  rule: (id: string) =>
    new Ec2Error(
      'InvalidSecurityGroupRuleId.NotFound',
      `The security group rule ID '${id}' does not exist`,
    ),
  instance: (id: string) =>
    new Ec2Error('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`),
  networkInterface: (id: string) =>
    new Ec2Error(
      'InvalidNetworkInterfaceID.NotFound',
      `The networkInterface ID '${id}' does not exist`,
    ),
  subnet: (id: string) =>
    new Ec2Error('InvalidSubnetID.NotFound', `The subnet ID '${id}' does not exist`),
  vpc: (id: string) => new Ec2Error('InvalidVpcID.NotFound', `The vpc ID '${id}' does not exist`),
  networkAcl: (id: string) =>
    new Ec2Error('InvalidNetworkAclID.NotFound', `The networkAcl ID '${id}' does not exist`),
  association: (id: string) =>
    new Ec2Error('InvalidAssociationID.NotFound', `The association ID '${id}' does not exist`),
  prefixList: (id: string) =>
    new Ec2Error('InvalidPrefixListID.NotFound', `The prefix list ID '${id}' does not exist`),
};

/** The error for a resource that others still hold on to, with EC2's wording for most of them. */
export function inUse(resource: string, id: string): Ec2Error {
  const message =
    resource === 'group'
      ? `resource ${id} has a dependent object`
      : `The ${resource} '${id}' has dependencies and cannot be deleted.`;
  return new Ec2Error('DependencyViolation', message);
}

/** The error for two resources of one request that lie in different VPCs. */
export function differentNetworks(): Ec2Error {
  return new Ec2Error(
    'InvalidGroup.NotFound',
    'You have specified two resources that belong to different networks.',
  );
}

/** An `InvalidParameterValue` error with `message`. */
export function invalidValue(message: string): Ec2Error {
  return new Ec2Error('InvalidParameterValue', message);
}
