import { clusterTag } from '../inventory.ts';

/** The command by which a person opts a thing in, for them to paste. */
export function tagCommand(id: string, cluster: string): string {
  return `aws ec2 create-tags --resources ${id} --tags Key=${clusterTag},Value=${cluster}`;
}
