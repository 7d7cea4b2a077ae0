import { clusterStateOf } from '../cluster-handle.ts';
import type { CommandModule } from '../command.ts';

/** Tells how the cluster is: nodes, owner, faults in force. Changes nothing. */
export const command: CommandModule = {
  name: 'status',
  summary: 'tell how the cluster is: nodes, ownership, faults in force',
  group: 'cluster',
  example: 'kubedrill status --json',
  build: (command) => void command.option('--name <cluster>', 'name of the cluster', 'kubedrill').option('--json', 'as JSON'),
  async run(_, options, context) {
    const { name, json } = options as { name: string; json?: boolean };
    const { faults, ...state } = await clusterStateOf(context, name);
    if (json) context.json({ name, ...state, faults });
    else {
      const nodes = 'nodes' in state ? state.nodes : [];
      context.print(
        state.state === 'up'
          ? `Cluster "${name}" is up (${state.provider}, Kubernetes ${state.kubernetes})`
          : `Cluster "${name}": ${state.state}${'reason' in state ? `: ${state.reason}` : ''}`,
      );
      for (const node of nodes)
        context.print(`  ${node.name.padEnd(32)} ${node.role.padEnd(14)} ${node.state}${node.cordoned ? ', cordoned' : ''}`);
      if ('hint' in state && state.hint) context.print(`  ${state.hint}`);
      for (const fault of faults) context.print(`  in force: ${fault.what}${fault.lab ? ` (${fault.lab})` : ''}`);
      if (faults.length > 0) context.print('  Undo it: kubedrill recover');
    }
    return state.state === 'up' ? 0 : 3;
  },
};
