import {
  CreateNetworkAclCommand,
  CreateNetworkInterfaceCommand,
  CreateManagedPrefixListCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteManagedPrefixListCommand,
  DeleteNetworkAclCommand,
  DeleteNetworkInterfaceCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
} from '@aws-sdk/client-ec2';
import type { EC2Client, ResourceType, TagSpecification } from '@aws-sdk/client-ec2';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { present } from './refusal.ts';
import { removeAll } from './removal.ts';
import type { Removable } from './removal.ts';

/** How to be gentle with an endpoint. */
export interface Pace {
  /** Waited before what was changed is read again; 0 where answers are consistent at once. */
  readonly settleMs: number;
  /** How long a deletion is tried again while something still seems to hang on to the thing. */
  readonly patienceMs: number;
}

/** An instance for the rows that want one, with its primary interface and its VPC. */
export interface Machine {
  readonly instanceId: string;
  readonly interfaceId: string;
  readonly vpcId: string;
}

/** What a {@link Ground} stands on. */
export interface GroundPlan {
  readonly ec2: EC2Client;
  readonly pace: Pace;
  /** Gives an instance; undefined where there is none to have. */
  readonly machine: ((ground: Ground) => Promise<Machine>) | undefined;
}

/** The tag on everything that the suite makes, so that leftovers of a killed run can be found. */
const GROUND_TAG = 'aerofault:contract';

/**
 * A VPC of the suite's own with two subnets, and whatever the rows make in it.
 *
 * {@link Ground.prepare} starts it through the API; `clear()` takes away what one row made, newest first;
 * `leave()` the rest. It touches nothing that it did not make, but for what a row says. A process that is killed leaves its
 * things behind, with {@link GROUND_TAG} on them.
 */
export class Ground {
  readonly ec2: EC2Client;
  readonly vpcId: string;
  readonly subnetIds: readonly [string, string];
  readonly #plan: GroundPlan;
  readonly #name: string;
  readonly #made: Removable[] = [];
  readonly #labels = new Map<string, string>();
  /** Things that could not be removed, with the reason. */
  readonly left: string[] = [];

  private constructor(plan: GroundPlan, name: string, vpcId: string, subnets: [string, string]) {
    this.ec2 = plan.ec2;
    this.#plan = plan;
    this.#name = name;
    this.vpcId = vpcId;
    this.subnetIds = subnets;
  }

  /** Makes the VPC and its subnets. */
  static async prepare(plan: GroundPlan): Promise<Ground> {
    const name = `aerofault-contract-${randomBytes(4).toString('hex')}`;
    const { ec2 } = plan;
    const { Vpc } = await ec2.send(
      new CreateVpcCommand({ CidrBlock: '10.99.0.0/16', TagSpecifications: tagged('vpc', name) }),
    );
    const vpcId = present(Vpc?.VpcId);
    const subnet = async (CidrBlock: string) => {
      const TagSpecifications = tagged('subnet', name);
      const made = await ec2.send(
        new CreateSubnetCommand({ VpcId: vpcId, CidrBlock, TagSpecifications }),
      );
      return present(made.Subnet?.SubnetId);
    };
    const subnets: [string, string] = [await subnet('10.99.1.0/24'), await subnet('10.99.2.0/24')];
    return new Ground(plan, name, vpcId, subnets);
  }

  /** Waits until what was just changed can be expected to be seen. */
  async settle(): Promise<void> {
    await sleep(this.#plan.pace.settleMs);
  }

  /** Has `remove` called when the row is over; `label` stands for the id in {@link named}. */
  keep(id: string, label: string, remove: () => Promise<unknown>): string {
    this.#made.push({ id, remove });
    this.#labels.set(id, label);
    return id;
  }

  /** The labels of things, sorted; an id that nobody labelled is told by its type, as `another sg`. */
  named(ids: readonly (string | undefined)[]): string[] {
    const label = (id: string) => this.#labels.get(id) ?? `another ${id.replace(/-.*/, '')}`;
    return ids.map((id) => (id === undefined ? 'nothing' : label(id))).toSorted();
  }

  /** A name that nobody else has, for a thing that EC2 wants named. */
  uniqueName(label: string): string {
    return `${this.#name}-${label}-${randomBytes(3).toString('hex')}`;
  }

  /** Tags for a thing of this type. */
  tags(type: ResourceType, extra: Readonly<Record<string, string>> = {}): TagSpecification[] {
    return tagged(type, this.#name, extra);
  }

  /** Makes a security group in the suite's VPC, or in another; `undefined` is the default VPC. */
  async group(label: string, place: { vpcId: string | undefined } = this): Promise<string> {
    const made = await this.ec2.send(
      new CreateSecurityGroupCommand({
        GroupName: this.uniqueName(label),
        Description: 'aerofault contract suite',
        VpcId: place.vpcId,
        TagSpecifications: this.tags('security-group'),
      }),
    );
    const id = this.keepGroup(present(made.GroupId), label);
    await this.settle();
    return id;
  }

  /** Has a security group removed when the row is over. */
  keepGroup(GroupId: string, label: string): string {
    return this.keep(GroupId, label, () =>
      this.ec2.send(new DeleteSecurityGroupCommand({ GroupId })),
    );
  }

  /** Makes a network interface with these groups. */
  async networkInterface(Groups: string[]): Promise<string> {
    const { NetworkInterface } = await this.ec2.send(
      new CreateNetworkInterfaceCommand({
        SubnetId: this.subnetIds[0],
        Groups,
        TagSpecifications: this.tags('network-interface'),
      }),
    );
    const NetworkInterfaceId = present(NetworkInterface?.NetworkInterfaceId);
    this.keep(NetworkInterfaceId, 'interface', () =>
      this.ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId })),
    );
    await this.settle();
    return NetworkInterfaceId;
  }

  /** Makes a network ACL in the suite's VPC, or in another. */
  async acl(
    label: string,
    {
      vpcId = this.vpcId,
      tags = {},
    }: { vpcId?: string; tags?: Readonly<Record<string, string>> } = {},
  ): Promise<string> {
    const TagSpecifications = this.tags('network-acl', tags);
    const { NetworkAcl } = await this.ec2.send(
      new CreateNetworkAclCommand({ VpcId: vpcId, TagSpecifications }),
    );
    const NetworkAclId = present(NetworkAcl?.NetworkAclId);
    this.keep(NetworkAclId, label, () =>
      this.ec2.send(new DeleteNetworkAclCommand({ NetworkAclId })),
    );
    await this.settle();
    return NetworkAclId;
  }

  /** Makes an empty IPv4 prefix list that may grow to `MaxEntries`. */
  async prefixList(MaxEntries: number): Promise<string> {
    const { PrefixList } = await this.ec2.send(
      new CreateManagedPrefixListCommand({
        PrefixListName: this.uniqueName('list'),
        AddressFamily: 'IPv4',
        MaxEntries,
        TagSpecifications: this.tags('prefix-list'),
      }),
    );
    const PrefixListId = present(PrefixList?.PrefixListId);
    this.keep(PrefixListId, 'list', () =>
      this.ec2.send(new DeleteManagedPrefixListCommand({ PrefixListId })),
    );
    await sleep(this.#plan.pace.settleMs * 3);
    return PrefixListId;
  }

  /** Makes another VPC, which also has IPv6. */
  async ipv6Vpc(): Promise<{ vpcId: string }> {
    const { Vpc } = await this.ec2.send(
      new CreateVpcCommand({
        CidrBlock: '10.98.0.0/16',
        AmazonProvidedIpv6CidrBlock: true,
        TagSpecifications: this.tags('vpc'),
      }),
    );
    const VpcId = present(Vpc?.VpcId);
    this.keep(VpcId, 'vpc', () => this.ec2.send(new DeleteVpcCommand({ VpcId })));
    await this.settle();
    return { vpcId: VpcId };
  }

  /** The instance that a row wants. */
  async machine(): Promise<Machine> {
    return await present(this.#plan.machine)(this);
  }

  /** Removes what the last row made, newest first; what still hangs on to something is tried again after the rest. */
  async clear(): Promise<void> {
    await this.#remove(this.#made.splice(0).toReversed());
    this.#labels.clear();
  }

  /** Removes the subnets and the VPC, too. */
  async leave(): Promise<void> {
    await this.clear();
    const { ec2, vpcId: VpcId } = this;
    const subnets = this.subnetIds.map((SubnetId) => ({
      id: SubnetId,
      remove: () => ec2.send(new DeleteSubnetCommand({ SubnetId })),
    }));
    const vpc = { id: VpcId, remove: () => ec2.send(new DeleteVpcCommand({ VpcId })) };
    await this.#remove([...subnets, vpc]);
  }

  async #remove(things: readonly Removable[]): Promise<void> {
    this.left.push(...(await removeAll(things, this.#plan.pace.patienceMs)));
  }
}

function tagged(
  ResourceType: ResourceType,
  name: string,
  extra: Readonly<Record<string, string>> = {},
): TagSpecification[] {
  const tags = { [GROUND_TAG]: name, ...extra };
  return [{ ResourceType, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }];
}
