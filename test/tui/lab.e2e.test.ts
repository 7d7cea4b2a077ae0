import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { testCluster, testEnv } from '../e2e/cluster.ts';
import { kubedrill } from '../e2e/kubedrill.ts';
import { hasProgram, Tmux } from '../support/tmux.ts';

const program = join(import.meta.dirname, '..', '..', 'bin', 'kubedrill.js');

/** Bound of what the cluster does, in milliseconds: Pods come and go, a namespace is removed. */
const onCluster = 180_000;

describe.skipIf(!hasProgram('tmux'))('the terminal UI on a real terminal and the real cluster', () => {
  let tmux: Tmux | undefined;
  afterEach(() => tmux?.close());

  it('is played from home to a passed lab, in the shell beside the text, and gives the terminal back', async () => {
    await kubedrill(['reset', 'in-service-glue']);
    const terminal = new Tmux(120, 40, { CI: 'false', KUBEDRILL_STATE: testEnv.KUBEDRILL_STATE });
    tmux = terminal;
    const shows = (wanted: string) => terminal.until(wanted, onCluster);
    const shell = join(terminal.folder, 'shell');
    writeFileSync(join(terminal.folder, 'rc'), "PS1='drill$ '\n");
    writeFileSync(shell, `#!/bin/sh\nexec bash --noprofile --rcfile ${terminal.folder}/rc -i\n`);
    chmodSync(shell, 0o755);
    await shows('outer$');
    await terminal.enter(`cd ${terminal.folder}; stty -g >before; export SHELL=${shell}`);
    await terminal.enter(`${process.execPath} ${program} --name ${testCluster}; echo "left with $?"`);

    // home: searched, found, opened
    await shows('3 nodes ready');
    await terminal.press('/');
    await terminal.type('glue');
    await shows('/glue   1 lab');
    await terminal.press('Enter');
    await terminal.until(/▸ . Glue a Service to a running Pod/, onCluster);
    await terminal.press('Enter');

    // two questions, each with its reason; then the check says what is missing
    await shows('May a Service be made before its Pods?');
    await terminal.press('b', 'Enter');
    await shows('you expected right: yes');
    await terminal.press('Enter');
    await shows('Who keeps the list of endpoints?');
    await terminal.press('a', 'Enter');
    await shows('It is: the EndpointSlice controller');
    await terminal.press('Enter');
    await shows('observed  Service k8s-for-beginners does not');

    // a command of the text is typed by its number, and run by the learner; the check ticks by itself
    await shows('drill$');
    await terminal.press('1');
    await shows('drill$ kubectl apply -f k8s-for-beginners-svc.yaml');
    await terminal.press('Enter');
    await shows('2 of 9 points');
    await terminal.press('C-b');
    await shows('n next step');
    await terminal.press('n');
    await shows('Step 2 of 4');
    await terminal.press('1');
    await shows('drill$ kubectl apply -f k8s-for-beginners-labelled.yaml');
    await terminal.press('Enter');
    await shows('4 of 9 points');
    await terminal.press('C-b');
    await shows('n next step');
    await terminal.press('n');

    // this one passes by what was done before; its question goes with it
    await shows('Step 3 of 4');
    await shows('6 of 9 points');
    await shows('n next step');
    await terminal.press('n');
    await shows('The Pod was deleted and made again.');
    await terminal.press('c', 'Enter');
    await shows("you expected right: only the Pod's");
    await terminal.press('Enter');
    await shows('t types here');
    await terminal.press('t');
    await shows('Ctrl+B leaves');
    await terminal.enter('kubectl delete pod k8s-for-beginners-2; kubectl apply -f k8s-for-beginners-2-labelled.yaml');
    await shows('9 of 9 points');
    await terminal.press('C-b');
    await shows('f finish');
    await terminal.press('f');
    const debrief = await shows('What to take away');
    expect(debrief).toContain('✓ passed');
    expect(debrief).toMatch(/✓ The Service first +2\/2/);
    expect(debrief).toMatch(/✓ Replace the second Pod +3\/3/);
    await terminal.press('Escape');
    await shows('▸ ✓ Glue a Service to a running Pod');
    await terminal.press('q');
    await shows('left with 0');

    expect(await terminal.flags()).toEqual({ alternate: false, cursor: true });
    await terminal.enter('stty -g | cmp - before && echo the terminal is as it was');
    await terminal.until(/^the terminal is as it was$/m);
    const list = JSON.parse((await kubedrill(['list', '--json'], { onCluster: false })).stdout) as { id: string; state: string }[];
    expect(list.find(({ id }) => id === 'in-service-glue')?.state).toBe('passed');
  });
});
