import { describe, expect, test } from 'vitest';
import { formatProblem } from '../../src/lab/diagnostics.ts';
import { loadCatalogue, loadLab } from '../../src/lab/load.ts';
import { afterChange, changed, problemsOf, sampleLab, source } from './support/fixtures.ts';
import { registry } from './support/registry.ts';

const load = (id: string) => loadLab(sampleLab(id), registry).lab!;

describe('a sound lab', () => {
  test('has no problems, and its defaults filled in', () => {
    expect(problemsOf(sampleLab('empty-service'))).toEqual([]);
    const lab = load('empty-service');
    expect(lab.folder).toBe('labs/basics/empty-service');
    expect(lab.needs).toEqual({
      workers: 1,
      exclusive: false,
      metrics: false,
      ingress: false,
      taintedControlPlane: false,
      localVolumes: false,
      images: [],
    });
    expect(lab.setup[1]).toEqual({ wait: { grader: 'deployment-available', with: { name: 'web' }, within: 60_000 } });
    expect(lab.steps[0]!.predict).toEqual([expect.objectContaining({ answer: 1 })]);
    expect(lab.steps[0]!.checks.map(({ id, points, guard }) => [id, points, guard])).toEqual([
      ['C1', 2, false],
      ['C2', 1, false],
      ['G1', 0, true],
    ]);
    expect(Object.keys(lab.files)).toEqual(['files/service.yaml', 'solution/service.yaml', 'start/web.yaml', 'wrong/relabelled.yaml']);
  });

  test('has the cluster alone when it asks for it, or when a fault strikes the whole cluster', () => {
    expect(load('empty-service').exclusive).toBe(false);
    expect(load('quiet-scheduler').exclusive).toBe(true);
    expect(loadLab(changed('empty-service', ['lab.yaml', 'workers: 1', 'workers: 1\n  exclusive: true']), registry).lab?.exclusive).toBe(
      true,
    );
    const inNamespace = changed('empty-service', ['lab.yaml', 'checks:', 'fault: {use: bad-image, with: {deployment: web}}\n    checks:']);
    expect(loadLab(inNamespace, registry).lab?.exclusive).toBe(false);
  });

  test('is there with a warning, and not with an error', () => {
    const warned = changed(
      'empty-service',
      ['start/web.yaml', '          imagePullPolicy: IfNotPresent\n', ''],
      ['start/web.yaml', 'kd/web:1.0', 'kd/web'],
    );
    expect(problemsOf(warned)).toEqual([
      'start/web.yaml:12:18  spec.template.spec.containers[0].image  warning: "kd/web" has no fixed tag, so it is pulled each time, which no lab can: give it a tag, or say imagePullPolicy',
    ]);
    expect(loadLab(warned, registry).lab?.id).toBe('empty-service');
    expect(loadLab(changed('empty-service', ['lab.yaml', 'minutes: 10', 'minutes: 0']), registry).lab).toBeUndefined();
  });
});

describe('the shape of lab.yaml', () => {
  test.each<[string, string | RegExp, string, string[]]>([
    [
      'a misspelt key',
      'predict:\n      ask',
      'predit:\n      ask',
      ['lab.yaml:25:5  steps[0].predit  unknown key "predit", did you mean "predict"?'],
    ],
    [
      'a misspelt key in one of several shapes',
      'grader: service-backends',
      'gradr: service-backends',
      ['lab.yaml:33:9  steps[0].checks[0].gradr  unknown key "gradr", did you mean "grader"?'],
    ],
    [
      'a misspelt set-up action',
      '- wait: { grader',
      '- wiat: { grader',
      ['lab.yaml:15:5  setup[1].wiat  unknown key "wiat", did you mean "wait"?'],
    ],
    [
      'an unknown set-up action',
      '- wait: { grader',
      '- dance: { grader',
      ['lab.yaml:15:5  setup[1]  needs one of apply, run, wait, fault, traffic'],
    ],
    [
      'a set-up action that is no mapping',
      '- wait: { grader: deployment-available, with: { name: web }, within: 60s }',
      '- kubectl get pods',
      ['lab.yaml:15:5  setup[1]  should be a mapping, not "kubectl get pods"'],
    ],
    [
      'two actions in one entry',
      'service.yaml]\n',
      'service.yaml]\n    run: kubectl get pods\n',
      ['lab.yaml:15:5  setup[0].run  unknown key "run"'],
    ],
    [
      'a check without a condition',
      /\n {8}cel: service\('web'\).*\n.*app=web\n/,
      '\n',
      ['lab.yaml:36:9  steps[0].checks[1]  needs one of grader, cel, all'],
    ],
    [
      'a condition that does not say what holds',
      ', says: the template is labelled app=web }',
      '}',
      ['lab.yaml:46:13  steps[0].checks[2].all[1].says  is missing'],
    ],
    ['a missing key', 'title: A Service with nobody behind it\n', '', ['lab.yaml:2:1  title  is missing']],
    ['an empty text', 'title: Find the Pods', 'title: ""', ['lab.yaml:18:12  steps[0].title  is empty']],
    ['a wrong type', 'minutes: 10', 'minutes: ten', ['lab.yaml:8:10  minutes  should be a number, not "ten"']],
    ['a number out of bounds', 'minutes: 10', 'minutes: 90', ['lab.yaml:8:10  minutes  should be at most 60']],
    [
      'a duration in other words',
      'within: 60s }',
      'within: 1 minute }',
      ['lab.yaml:15:72  setup[1].wait.within  "1 minute" should be a duration such as 30s, 2m or 500ms'],
    ],
    [
      'an id that is none',
      'id: empty-service',
      'id: Empty_Service',
      ['lab.yaml:2:5  id  "Empty_Service" should be lower-case words joined by dashes'],
    ],
    [
      'a choice that is none',
      'debrief: |',
      'reset: {also: [node-label]}\ndebrief: |',
      [
        'lab.yaml:73:16  reset.also[0]  "node-label" is not one of persistent-volumes, node-labels, node-taints, cordons, static-pods, cluster-roles, coredns, node-folders, did you mean "node-labels"?',
      ],
    ],
    [
      'one shape or another',
      'predict:\n      ask',
      'predict: 3\n    x:\n      ask',
      ['lab.yaml:25:14  steps[0].predict  should be a mapping or a list, not 3', 'lab.yaml:26:5  steps[0].x  unknown key "x"'],
    ],
  ])('%s', (_, before, after, expected) => {
    expect(afterChange(before, after)).toEqual(expected);
  });

  test('a single wrong fix is too few', () => {
    expect(afterChange(/ {2}- id: relabel[\s\S]*?G1\]\n/, '')).toContain(
      'lab.yaml:63:3  wrong  at least two wrong fixes: they show that the checks can fail',
    );
  });

  test('a folder without a lab, an empty one, one that is something else', () => {
    const only = (text: string) => problemsOf({ folder: 'labs/basics/x', files: { 'lab.yaml': text } });
    expect(problemsOf({ folder: 'labs/basics/x', files: {} })).toEqual(['lab.yaml:1:1  is missing']);
    expect(only('# nothing\n')).toEqual(['lab.yaml:1:1  is empty']);
    expect(only('- a\n')).toEqual(['lab.yaml:1:1  should be a mapping, not a list']);
    expect(only('&a [*a]')).toEqual(['lab.yaml:1:5  *a would contain itself']);
    expect(only('id: [x\n')).toEqual(['lab.yaml:2:1  Flow sequence in block collection must be sufficiently indented and end with a ]']);
    expect(afterChange('debrief: |', 'debrief: x\n---\na: |')).toEqual(['lab.yaml:75:1  a lab is one document, this is a second one']);
  });

  test('the id and the track are the names of the folders', () => {
    expect(afterChange('id: empty-service', 'id: other')).toEqual([
      'lab.yaml:2:5  id  the id "other" is not the name of its folder, "empty-service"',
    ]);
    expect(afterChange('track: basics', 'track: basic')).toEqual([
      'lab.yaml:4:8  track  the track "basic" is not the name of the folder above, "basics"',
    ]);
  });
});

describe('what a lab refers to', () => {
  test.each<[string, string | RegExp, string, string[]]>([
    [
      'a grader',
      'grader: service-backends',
      'grader: service-backnds',
      ['lab.yaml:33:17  steps[0].checks[0].grader  unknown grader "service-backnds", did you mean "service-backends"?'],
    ],
    [
      "a grader's parameters",
      'with: { service: web, equalsPodsOf: { app: web } }',
      'with: { servce: web, equalsPodsOf: { app: 3 } }',
      [
        'lab.yaml:34:25  steps[0].checks[0].with.servce  unknown key "servce", did you mean "service"?',
        'lab.yaml:34:51  steps[0].checks[0].with.equalsPodsOf.app  should be text, not 3',
      ],
    ],
    [
      'parameters of a condition',
      'with: { name: web, replicas: 2 }',
      'with: { name: "", replicas: 0 }',
      [
        'lab.yaml:45:59  steps[0].checks[2].all[0].with.name  is empty',
        'lab.yaml:45:73  steps[0].checks[2].all[0].with.replicas  should be at least 1',
      ],
    ],
    [
      'a grader of the set-up',
      'wait: { grader: deployment-available',
      'wait: { grader: deploymnt-available',
      ['lab.yaml:15:21  setup[1].wait.grader  unknown grader "deploymnt-available", did you mean "deployment-available"?'],
    ],
    [
      'a fault',
      'checks:',
      'fault: {use: bad-imag, with: {deployment: web}}\n    checks:',
      ['lab.yaml:30:18  steps[0].fault.use  unknown fault "bad-imag", did you mean "bad-image"?'],
    ],
    [
      "a fault's parameters",
      'checks:',
      'fault: {use: bad-image}\n    checks:',
      ['lab.yaml:30:12  steps[0].fault.with.deployment  is missing'],
    ],
    [
      'a function in CEL, at its place',
      "cel: service('web').spec",
      "cel: deploymnt('web').spec",
      ['lab.yaml:38:14  steps[0].checks[1].cel  unknown function deploymnt(), did you mean deployment?'],
    ],
    [
      'a function in quoted CEL',
      "{ cel: \"deployment('web')",
      "{ cel: \"1 == 1 && deploymnt('web')",
      ['lab.yaml:46:31  steps[0].checks[2].all[1].cel  unknown function deploymnt(), did you mean deployment?'],
    ],
    [
      'CEL that is neither true nor false',
      "{ cel: \"service('web').spec.selector.app == 'wbe'\" }",
      '{ cel: size(pods()) }',
      ['lab.yaml:51:22  steps[0].hints[1].when.cel  the expression gives a number, not true or false'],
    ],
    [
      'a check that comes before',
      'after: [C1]',
      'after: [c1]',
      ['lab.yaml:40:17  steps[0].checks[1].after[0]  there is no check "c1", did you mean "C1"?'],
    ],
    [
      'checks that wait for each other',
      'points: 2',
      'points: 2\n        after: [C2]',
      [
        'lab.yaml:36:16  steps[0].checks[0].after  check C1 would wait for itself',
        'lab.yaml:41:16  steps[0].checks[1].after  check C2 would wait for itself',
      ],
    ],
    [
      'checks that must fail',
      'mustFail: [C1, C2, G1]',
      'mustFail: [C1, G11]',
      ['lab.yaml:72:20  wrong[1].mustFail[1]  there is no check "G11", did you mean "G1"?'],
    ],
    [
      'the step of a wrong fix',
      'step: selector\n    run',
      'step: selectr\n    run',
      ['lab.yaml:69:11  wrong[1].step  there is no step "selectr", did you mean "selector"?'],
    ],
    [
      'how far a wrong fix goes on',
      'step: selector\n    run',
      'step: look\n    through: selector\n    run',
      ['lab.yaml:70:14  wrong[1].through  the step "selector" comes before "look"'],
    ],
    [
      'the check of a @wait',
      '"@wait C1"',
      "'@wait C9'",
      ['lab.yaml:54:9  steps[0].solution[1]  there is no check "C9", did you mean "C1"?'],
    ],
    [
      'two checks of one name',
      'id: G1',
      'id: C2',
      [
        'lab.yaml:41:13  steps[0].checks[2].id  there are two checks "C2"',
        'lab.yaml:72:24  wrong[1].mustFail[2]  there is no check "G1", did you mean "C1"?',
      ],
    ],
    ['two steps of one name', 'id: look', 'id: selector', ['lab.yaml:55:9  steps[1].id  there are two steps "selector"']],
    ['two wrong fixes of one name', 'id: relabel', 'id: restart', ['lab.yaml:68:9  wrong[1].id  there are two wrong fixes "restart"']],
  ])('%s', (_, before, after, expected) => {
    expect(afterChange(before, after)).toEqual(expected);
  });

  test('a check of a later step can only fail if the wrong fix goes on to it', () => {
    const lab = changed('quiet-scheduler', ['lab.yaml', '    through: mend\n', '']);
    expect(problemsOf(lab)).toEqual([
      'lab.yaml:50:16  wrong[1].mustFail[0]  check C1 belongs to the later step "mend": say how far to go on (through: mend)',
    ]);
  });

  test('a wrong fix does not wait for the check that it must fail', () => {
    expect(afterChange('run: [kubectl rollout restart deployment/web]', "run: ['@wait C1']")).toEqual([
      'lab.yaml:66:11  wrong[0].run[0]  @wait C1 would wait in vain: the wrong fix says that it must fail',
    ]);
  });

  test('a set-up waits with a condition, not for a check', () => {
    expect(afterChange('- wait: { grader: deployment-available, with: { name: web }, within: 60s }', "- run: '@wait C1'")).toEqual([
      'lab.yaml:15:10  setup[1].run  @wait in the set-up: no check passes on an untouched lab, use wait',
    ]);
  });
});

describe('points, hints, solutions, questions', () => {
  test.each<[string, string | RegExp, string, string]>([
    [
      'a guard is worth nothing',
      'guard: true\n',
      'guard: true\n        points: 1\n',
      'lab.yaml:44:17  steps[0].checks[2].points  a guard is worth 0 points: it is true from the start',
    ],
    [
      'a check is worth something',
      'points: 2',
      'points: 0',
      'lab.yaml:35:17  steps[0].checks[0].points  a check that is worth nothing is a guard: say guard: true, or give it points',
    ],
    [
      'a graded step has a hint',
      / {4}hints:[\s\S]*?'wbe'" }\n/,
      '',
      'lab.yaml:17:5  steps[0].hints  a step with checks needs at least one hint',
    ],
    [
      'a graded step has a solution',
      / {4}solution:\n.*\n.*\n/,
      '',
      'lab.yaml:17:5  steps[0].solution  a step with checks needs a solution: it proves that the checks can pass',
    ],
    [
      'an answer is among the choices',
      'answer: 1\n',
      'answer: 2\n',
      'lab.yaml:28:15  steps[0].predict.answer  the answer 2 is not among the 2 choices: they count from 0',
    ],
    [
      'an index needs choices',
      /choices: .*\n {6}/,
      '',
      'lab.yaml:27:15  steps[0].predict.answer  the answer is an index, but there are no choices',
    ],
  ])('%s', (_, before, after, expected) => {
    expect(afterChange(before, after)).toContain(expected);
  });
});

describe('a wrong fix that is taken back', () => {
  const withUndo = [['lab.yaml', '    through: mend\n', '    through: mend\n    undo: []\n']] as const;

  test('may go on through later steps', () => {
    expect(problemsOf(changed('quiet-scheduler', [...withUndo[0]]))).toEqual([]);
  });

  test('leaves no recorded check of its step passed', () => {
    const recorded = ['lab.yaml', '        stable: 3s\n', '        latch: true\n'] as const;
    const own = ['lab.yaml', '    step: mend\n', '    step: mend\n    undo: []\n'] as const;
    expect(problemsOf(changed('quiet-scheduler', [...recorded], [...own]))).toEqual([]);
    const other = ['lab.yaml', /(step: mend\n[\s\S]*?mustFail: )\[C1\]/, '$1[G1]'] as const;
    const guard = [
      'lab.yaml',
      '    hints:\n      - text: Who writes',
      '      - id: G1\n        title: t\n        guard: true\n        grader: deployment-available\n        with: { name: shop, replicas: 4 }\n    hints:\n      - text: Who writes',
    ] as const;
    expect(problemsOf(changed('quiet-scheduler', [...recorded], [...own], [...guard], [...other]))).toEqual([
      expect.stringMatching(
        /wrong\[0\].undo {2}cannot take back that check C1 passed: it is recorded, and would show nothing of the solution$/,
      ),
    ]);
  });

  test.each<[string, string, string]>([
    [
      'begins with a fault',
      '    text: Look on {{cp}}.\n',
      '    text: Look.\n    fault: { use: stop-component, with: { component: kube-scheduler } }\n',
    ],
    ['is recorded', '        stable: 3s\n', '        latch: true\n'],
  ])('goes over no step that %s', (_, before, after) => {
    const problems = problemsOf(changed('quiet-scheduler', [...withUndo[0]], ['lab.yaml', before, after]));
    expect(problems).toEqual([
      expect.stringMatching(
        /^lab.yaml:\d+:14 {2}wrong\[1\].through {2}takes no `undo`: there is no way back over step mend, which has a fault or is recorded$/,
      ),
    ]);
  });
});

describe('commands', () => {
  test.each<[string, string | RegExp, string, string[]]>([
    [
      'need no shell',
      '"@wait C1"',
      'kubectl get pods | grep web',
      ['lab.yaml:54:9  steps[0].solution[1]  | needs a shell (a pipe), and commands run without one'],
    ],
    [
      'are kubectl or an act',
      '"@wait C1"',
      'rm -rf /',
      ['lab.yaml:54:9  steps[0].solution[1]  "rm -rf /" should be a kubectl command or an @act'],
    ],
    [
      'find their files',
      '-f wrong/relabelled.yaml',
      '-f wrong/relabelled.yaml -f wrong/relabeled.yaml',
      ['lab.yaml:71:9  wrong[1].run[0]  there is no file wrong/relabeled.yaml, did you mean "wrong/relabelled.yaml"?'],
    ],
    [
      'find the files of the set-up',
      '[start/web.yaml, service.yaml]',
      '[start/web.yaml, web.yaml, https://x/y.yaml]',
      [
        'lab.yaml:14:29  setup[0].apply[1]  there is no file files/web.yaml, did you mean "start/web.yaml"?',
        'lab.yaml:14:39  setup[0].apply[2]  https://x/y.yaml is refused: files come from the lab, not from the network',
      ],
    ],
    [
      'name images that are there',
      '"@wait C1"',
      'kubectl set image deployment/web web=nginx:1.25',
      ['lab.yaml:54:9  steps[0].solution[1]  the image "nginx:1.25" is not on the nodes: use one of kd/*, or add it to needs.images'],
    ],
    [
      'stay in the namespace, unless the lab has the cluster alone',
      'run: [kubectl rollout restart deployment/web]',
      "run: ['kubectl drain {{worker0}}', '@kubelet stop {{worker0}}', kubectl -n kube-system get pods]",
      [
        'lab.yaml:66:11  wrong[0].run[0]  reaches beyond the namespace, which only a lab that has the cluster alone may (needs: {exclusive: true})',
        'lab.yaml:66:40  wrong[0].run[1]  reaches beyond the namespace, which only a lab that has the cluster alone may (needs: {exclusive: true})',
      ],
    ],
  ])('%s', (_, before, after, expected) => {
    expect(afterChange(before, after)).toEqual(expected);
  });

  test('name the files of the learner without their folder, as the learner does', () => {
    expect(afterChange('[start/web.yaml, service.yaml]', '[start/web.yaml, files/service.yaml]')).toEqual([
      'lab.yaml:14:29  setup[0].apply[1]  write service.yaml: what lies in files/ is given to the learner without that folder',
    ]);
  });

  test('name nodes by placeholders', () => {
    const lab = changed('quiet-scheduler', ['lab.yaml', 'kubectl label node {{worker0}} drill=yes', "'@kubelet stop kind-worker'"]);
    expect(problemsOf(lab)).toEqual([
      'lab.yaml:49:9  wrong[1].run[0]  name the node by a placeholder ({{cp}}, {{worker0}}): "kind-worker" is not there on every cluster',
    ]);
  });

  test('of a wrong fix may name an image that is not there', () => {
    expect(afterChange('run: [kubectl rollout restart deployment/web]', 'run: [kubectl set image deployment/web web=nginx]')).toEqual([]);
  });
});

describe('placeholders', () => {
  test('are known, and their cluster is asked for', () => {
    expect(afterChange('{{worker0}}, the', '{{wroker0}} {{worker1}} {{ingressClass}} {{nodeOf}}, the')).toEqual([
      'lab.yaml:57:11  steps[1].text  the placeholder {{nodeOf}} needs a Deployment or Pod: {{nodeOf web}}',
      'lab.yaml:57:11  steps[1].text  unknown placeholder {{wroker0}}, did you mean "worker0"?',
      'lab.yaml:57:11  steps[1].text  {{ingressClass}} needs an ingress controller: say needs: {ingress: true}',
      'lab.yaml:57:11  steps[1].text  {{worker1}} needs 2 workers: say needs: {workers: 2}',
    ]);
  });

  test('are checked in manifests too, which are read as if they were filled in', () => {
    const lab = changed('empty-service', [
      'start/web.yaml',
      '      containers:',
      '      nodeName: {{worker0}}\n      hostname: {{worker9}}\n      containers:',
    ]);
    expect(problemsOf(lab)).toEqual(['start/web.yaml:11:17  {{worker9}} needs 10 workers: say needs: {workers: 10}']);
  });
});

describe('files beside lab.yaml', () => {
  const manifests = (...changes: Parameters<typeof changed>[1][]) => problemsOf(changed('empty-service', ...changes));

  test('leave namespaces and node ports to the cluster; a wrong fix may do as it likes', () => {
    expect(
      manifests(
        ['start/web.yaml', 'metadata: { name: web }', 'metadata: { name: web, namespace: default }'],
        ['files/service.yaml', 'targetPort: 80 }', 'targetPort: 80, nodePort: 30080 }'],
        ['wrong/relabelled.yaml', 'metadata: { name: web }', 'metadata: { name: web, namespace: default }'],
      ),
    ).toEqual([
      'files/service.yaml:7:45  spec.ports[0].nodePort  leave the nodePort to the API server: fixed ones collide',
      'start/web.yaml:3:35  metadata.namespace  leave the namespace out: the lab is given one',
    ]);
    expect(manifests(['start/web.yaml', 'metadata: { name: web }', 'metadata: { name: web, namespace: $NS }'])).toEqual([]);
  });

  test('are looked at inside a List as well', () => {
    expect(
      manifests(['files/service.yaml', /[\s\S]+/, 'kind: List\nitems:\n  - kind: Service\n    metadata: { name: web, namespace: x}\n']),
    ).toEqual(['files/service.yaml:4:39  items[0].metadata.namespace  leave the namespace out: the lab is given one']);
  });

  test('make nothing for the whole cluster, unless the lab has it alone', () => {
    expect(
      manifests(
        ['solution/service.yaml', 'kind: Service', 'kind: PersistentVolume'],
        ['files/service.yaml', 'kind: Service', 'kind: Namespace'],
      ),
    ).toEqual([
      'files/service.yaml:2:7  kind  a lab lives in the one namespace that it is given',
      'solution/service.yaml:2:7  kind  a PersistentVolume is there for the whole cluster: only a lab that has it alone may make one (needs: {exclusive: true})',
      'solution/service.yaml:3:19  metadata.name  warning: the name of a PersistentVolume should contain $NS, so that two labs do not meet',
    ]);
  });

  test('pull nothing, also where a Pod is far inside', () => {
    const cronJob =
      'kind: CronJob\nspec:\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          initContainers: [{image: "busybox:1"}]\n';
    expect(manifests(['files/service.yaml', /[\s\S]+/, cronJob])).toEqual([
      'files/service.yaml:7:36  spec.jobTemplate.spec.template.spec.initContainers[0].image  the image "busybox:1" is not on the nodes: use one of kd/*, or add it to needs.images',
    ]);
    const needed: Parameters<typeof changed>[1] = ['lab.yaml', 'workers: 1', 'workers: 1\n  images: ["busybox:1"]'];
    expect(manifests(['files/service.yaml', /[\s\S]+/, cronJob], needed)).toEqual([]);
  });

  test('warn of a Pod that takes 30 s to delete', () => {
    const shell = '          image: kd/shell:1.0\n          args: [sleep, "3600"]\n';
    expect(manifests(['start/web.yaml', / {10}image: [\s\S]*/, shell])).toEqual([
      'start/web.yaml:12:18  spec.template.spec.containers[0].image  warning: a shell does not hear SIGTERM, so this Pod takes 30 s to delete: say terminationGracePeriodSeconds: 1',
    ]);
  });

  test('are Kubernetes objects where they are applied, and parse', () => {
    expect(manifests(['solution/service.yaml', 'kind: Service\n', ''], ['files/service.yaml', 'spec:', 'spec: [']).slice(-1)).toEqual([
      'solution/service.yaml:1:1  is applied, but is no Kubernetes object: it has no kind',
    ]);
    expect(manifests(['files/service.yaml', 'kind: Service', 'kind: Service\nkind: Service'])).toEqual([
      'files/service.yaml:3:1  the key kind is written twice',
    ]);
  });

  test('lie in a folder that says what they are for, and are used', () => {
    const lab = sampleLab('empty-service');
    const files = { ...lab.files, 'README.md': 'x', 'files/unused.txt': 'x', 'solution/unused.txt': 'x' };
    expect(problemsOf({ ...lab, files, unreadable: { 'files/link': 'is a link: a lab is made of plain files' } })).toEqual([
      'README.md:1:1  lies in none of files/, start/, solution/ and wrong/',
      'files/link:1:1  is a link: a lab is made of plain files',
      'files/unused.txt:1:1  is used by no command and mentioned in no text',
      'solution/unused.txt:1:1  is used by no command',
    ]);
  });
});

test('a lab that is wrong in many ways says all of it at once', () => {
  const lab = changed(
    'empty-service',
    ['lab.yaml', 'minutes: 10', 'minuts: 10'],
    ['lab.yaml', 'grader: service-backends', 'grader: service-backnds'],
    ['lab.yaml', '"@wait C1"', 'kubectl proxy &'],
    ['lab.yaml', 'mustFail: [C1, C2, G1]', 'mustFail: [C7]'],
    ['start/web.yaml', 'kd/web:1.0', 'nginx:1.25'],
  );
  expect(problemsOf(lab)).toEqual([
    'lab.yaml:8:1  minuts  unknown key "minuts", did you mean "minutes"?',
    'lab.yaml:33:17  steps[0].checks[0].grader  unknown grader "service-backnds", did you mean "service-backends"?',
    'lab.yaml:54:9  steps[0].solution[1]  & needs a shell (a second command or a background job), and commands run without one',
    'lab.yaml:72:16  wrong[1].mustFail[0]  there is no check "C7", did you mean "C1"?',
    'start/web.yaml:12:18  spec.template.spec.containers[0].image  the image "nginx:1.25" is not on the nodes: use one of kd/*, or add it to needs.images',
  ]);
});

describe('a catalogue', () => {
  test('is in the order of its tracks, then of its labs', () => {
    const found = source();
    const more = (folder: string, order: number) => {
      const [track, id] = folder.split('/').slice(-2);
      const lab = changed(
        'empty-service',
        ['lab.yaml', 'id: empty-service', `id: ${id}`],
        ['lab.yaml', 'track: basics', `track: ${track}`],
        ['lab.yaml', 'order: 1\n', `order: ${order}\n# placed\n`],
      );
      return { ...lab, folder };
    };
    const catalogue = loadCatalogue(
      {
        labs: [more('labs/extra-things/zz', 1), ...found.labs.toReversed(), more('labs/first/b', 2), more('labs/first/a', 9)],
        tracks: [
          { path: 'labs/tracks.yaml', text: '- {id: first, title: First things}\n- {id: none, title: Nothing yet}\n' },
          ...found.tracks,
        ],
      },
      registry,
    );
    expect(catalogue.problems).toEqual([]);
    expect(catalogue.labs.map(({ id }) => id)).toEqual(['b', 'a', 'empty-service', 'quiet-scheduler', 'zz']);
    expect(catalogue.tracks).toEqual([
      { id: 'first', title: 'First things' },
      { id: 'basics', title: 'The basics' },
      { id: 'extra-things', title: 'Extra things' },
    ]);
  });

  test('leaves a broken lab out and keeps the others', () => {
    const broken = changed('quiet-scheduler', ['lab.yaml', 'minutes: 15', 'minutes: 0']);
    const catalogue = loadCatalogue({ labs: [broken, sampleLab('empty-service')], tracks: [] }, registry);
    expect(catalogue.labs.map(({ id }) => id)).toEqual(['empty-service']);
    expect(catalogue.problems.map(formatProblem)).toEqual(['labs/basics/quiet-scheduler/lab.yaml:7:10  minutes  should be at least 1']);
  });

  test('has each lab once, each place once, and tracks that are sound', () => {
    const again = { ...sampleLab('empty-service'), folder: 'more/basics/empty-service' };
    const beside = changed('quiet-scheduler', ['lab.yaml', 'order: 2', 'order: 1']);
    const tracks = [{ path: 'labs/tracks.yaml', text: '- {id: basics, titel: x}\n' }];
    const catalogue = loadCatalogue({ labs: [sampleLab('empty-service'), again, beside], tracks }, registry);
    expect(catalogue.problems.map(formatProblem)).toEqual([
      'labs/basics/quiet-scheduler/lab.yaml:4:8  order  warning: place 1 of the track is taken: labs/basics/empty-service',
      'labs/tracks.yaml:1:16  [0].titel  unknown key "titel", did you mean "title"?',
      'more/basics/empty-service/lab.yaml:2:5  id  the lab "empty-service" is there already: labs/basics/empty-service',
    ]);
    expect(catalogue.labs.map(({ folder }) => folder)).toEqual(['labs/basics/empty-service', 'labs/basics/quiet-scheduler']);
  });
});
