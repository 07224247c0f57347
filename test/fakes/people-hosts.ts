/** What people do to instances; see people.ts. */
import { pick } from './deed.ts';
import type { Deed, Edit } from './deed.ts';
import type { Whim } from './people.ts';
import type { World } from './world.ts';

/** Does it at once to a machine; what it does to the network beside is the deed's edit. */
export function onHosts({ what, which }: Whim, world: World): Deed | undefined {
  const id = pick([...world.machines.keys()], which);
  const machine = id === undefined ? undefined : world.machines.get(id);
  if (id === undefined || machine === undefined) return undefined;
  const { lives } = world.network;
  const life = lives.get(id) ?? 'there';
  const done = (says: string, edit?: Edit): Deed => ({
    says: `${says} ${id}`,
    things: [id],
    ...(edit === undefined ? {} : { edit }),
  });
  switch (what) {
    case 'silence an agent':
      if (life !== 'there' || !machine.reachable) return undefined;
      machine.reachable = false;
      return done('silence the agent of');
    case 'wake an agent':
      if (life !== 'there' || machine.reachable) return undefined;
      machine.reachable = true;
      return done('wake the agent of');
    case 'stop an instance':
      if (life !== 'there') return undefined;
      machine.powerOff();
      lives.set(id, 'stopped');
      return done('stop');
    case 'start an instance':
      if (life !== 'stopped') return undefined;
      machine.reachable = true;
      lives.delete(id);
      return done('start');
    case 'terminate an instance':
    case 'replace an instance':
      if (life === 'gone') return undefined;
      machine.powerOff();
      lives.set(id, 'gone');
      return what === 'terminate an instance'
        ? done('terminate', withoutInstance(id))
        : done('replace', replaced(id, world));
    default:
      return undefined;
  }
}

const withoutInstance =
  (id: string): Edit =>
  (state) => ({
    ...state,
    interfaces: state.interfaces.filter(({ instanceId }) => instanceId !== id),
  });

/** An autoscaling group's way: another instance, with an interface and an address of its own. */
function replaced(id: string, world: World): Edit {
  const { network } = world;
  const [instanceId, interfaceId] = [network.born('i-theirs'), network.born('eni-theirs')];
  return (state) => {
    const old = state.interfaces.find((one) => one.instanceId === id);
    const rest = withoutInstance(id)(state);
    if (old === undefined) return rest;
    const role = id.includes('client') ? 'sg-clients' : 'sg-nodes';
    const groupIds = [state.groups.some((group) => group.id === role) ? role : 'sg-clients'];
    const another = { ...old, id: interfaceId, instanceId, addresses: ['10.0.1.99'], groupIds };
    return { ...rest, interfaces: [...rest.interfaces, another] };
  };
}
