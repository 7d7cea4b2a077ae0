import { describe, expect, it } from 'vitest';
import { type CelScope, checkCel, gradeCel, readsOfCel, valueOfCel } from '../../src/grading/cel.ts';
import { CannotSee } from '../../src/grading/mirror-view.ts';
import type { KubeObject } from '../../src/grading/object.ts';
import { mirrorOf } from '../support/fake-mirror.ts';
import { baselineOf, clusterFacts, deployment, object, pod, rolledOut, service } from '../support/objects.ts';

const scopeOf = (objects: readonly KubeObject[], given: Partial<CelScope> = {}): CelScope => ({
  mirror: mirrorOf(objects, { unseen: ['Secret'] }),
  cluster: () => clusterFacts(),
  baseline: () => {
    throw new CannotSee('no set-up was recorded');
  },
  now: Date.parse('2026-01-01T01:00:00Z'),
  ...given,
});
const grade = (expression: string, objects: readonly KubeObject[] = [], given: Partial<CelScope> = {}) =>
  gradeCel(expression, scopeOf(objects, given), { says: 'as it should be' });
const value = (expression: string, objects: readonly KubeObject[] = []) => valueOfCel(expression, scopeOf(objects));

describe('an expression', () => {
  it('passes when it holds', () => {
    expect(grade("service('web').spec.selector.app == 'web'", [service({ name: 'web', selector: { app: 'web' } })])).toEqual({
      verdict: 'pass',
      evidence: 'as it should be',
    });
  });

  it('fails with the value and the field of the left side', () => {
    expect(grade("service('web').spec.selector.app == 'web'", [service({ name: 'web', selector: { app: 'wbe' } })])).toEqual({
      verdict: 'fail',
      expected: 'as it should be',
      observed: 'wbe',
      field: 'Service web spec.selector.app',
      look: 'kubectl get service web -o yaml',
    });
  });

  it('names the first part of a conjunction that does not hold', () => {
    const web = deployment({ name: 'web', replicas: 2 });
    const verdict = grade("deployment('web').spec.replicas == 2 && deployment('web').status.availableReplicas == 3 && false", [web]);
    expect(verdict).toMatchObject({ observed: '2', field: 'Deployment web status.availableReplicas' });
  });

  it('fails for an object that does not exist', () => {
    expect(grade("deployment('web').spec.replicas == 2")).toMatchObject({ verdict: 'fail', observed: 'Deployment web does not exist' });
    expect(grade("ready(pod('web'))")).toMatchObject({ verdict: 'fail', observed: 'Pod web does not exist' });
    expect(grade("condition(deployment('web', 'kube-system'), 'Available') == 'True'")).toMatchObject({
      verdict: 'fail',
      observed: 'Deployment web does not exist in kube-system',
      look: 'kubectl -n kube-system get deployment web -o yaml',
    });
  });

  it('does not pass by negating what does not exist', () => {
    expect(grade("!ready(pod('web'))").verdict).toBe('fail');
    expect(grade("service('web').spec.type != 'NodePort'").verdict).toBe('fail');
    expect(grade("!has(pod('web').spec.nodeName)").verdict).toBe('fail');
  });

  it('fails for a field that does not exist', () => {
    expect(grade("deployment('web').spec.template.spec.nodeName == 'x'", [deployment({ name: 'web' })])).toMatchObject({
      verdict: 'fail',
      observed: 'no such field nodeName',
      field: 'Deployment web spec.template.spec.nodeName',
    });
    expect(grade("service('web').spec.ports[1].port == 80", [service({ name: 'web' })])).toMatchObject({
      verdict: 'fail',
      observed: 'nothing at 1',
      field: 'Service web spec.ports',
    });
  });

  it('names the element that breaks an all()', () => {
    const pods = [pod({ name: 'a', labels: { app: 'web' } }), pod({ name: 'b', labels: { app: 'web' }, phase: 'Pending' })];
    expect(grade("pods({'app': 'web'}).all(p, p.status.phase == 'Running')", pods)).toMatchObject({
      verdict: 'fail',
      observed: 'Pending',
      field: 'Pod b status.phase',
      look: 'kubectl get pod -l app=web',
    });
    expect(grade('pods().all(p, ready(p))', pods)).toMatchObject({ observed: 'Pod b is not ready' });
    expect(grade("pods().all(p, p.spec.containers.all(c, c.image == 'kd/web:2.0'))", pods)).toMatchObject({
      observed: 'Pod a: kd/web:1.0',
      field: 'web image',
    });
  });

  it('says how many of a list satisfy an exists()', () => {
    expect(grade("pods().exists(p, p.metadata.name == 'c')", [pod({ name: 'a' }), pod({ name: 'b' })])).toMatchObject({
      observed: 'none of the 2 in pods()',
    });
    expect(grade('pods().exists(p, true)')).toMatchObject({ observed: 'pods() is empty' });
  });

  it('shows sizes, alternatives and negations as they are', () => {
    expect(grade('pods().size() == 2', [pod({ name: 'a' })])).toMatchObject({ observed: 'pods().size() is 1' });
    expect(grade('1 == 2 || pods().size() > 3')).toMatchObject({ observed: '2 is 2, and pods().size() is 0' });
    expect(grade("!has(pod('a').spec.nodeName)", [pod({ name: 'a', node: 'kd-worker' })])).toMatchObject({
      observed: 'kd-worker',
      field: 'Pod a spec.nodeName',
    });
  });

  it('computes with whole numbers', () => {
    expect(
      grade("deployment('web').spec.replicas - 1 == 2 && deployment('web').spec.replicas % 2 == 1", [
        deployment({ name: 'web', replicas: 3 }),
      ]).verdict,
    ).toBe('pass');
  });

  it('shows a value of another type instead of breaking', () => {
    const web = service({ name: 'web', ports: [{ port: 80, targetPort: 'http' }] });
    expect(grade("service('web').spec.ports[0].targetPort == 80", [web])).toMatchObject({ verdict: 'fail', observed: 'http' });
    expect(grade("service('web').spec.ports[0].targetPort > 80", [web])).toMatchObject({ verdict: 'fail' });
  });

  it('is not graded when it gives no yes or no', () => {
    expect(grade('dyn(pods().size())')).toEqual({ verdict: 'error', reason: 'the expression gives 0, not true or false' });
    expect(grade('podz()')).toEqual({ verdict: 'error', reason: 'the expression is broken: unknown function podz(), did you mean pod?' });
  });

  it('throws what cannot be seen, whatever stands around it', () => {
    expect(() => grade("secret('x').data.a == 'b'")).toThrow(CannotSee);
    expect(() => grade("!(secret('x').data.a == 'b')")).toThrow(CannotSee);
    expect(() => grade("false || secret('x') == null")).toThrow(CannotSee);
    expect(() => grade("secrets().all(s, s.type == 'x')")).toThrow(CannotSee);
    expect(() => grade("before('Pod', 'a') == null")).toThrow('no set-up was recorded');
  });

  it('matches patterns in linear time', () => {
    const config = object('ConfigMap', { name: 'x' }, { data: { text: `${'a'.repeat(5000)}!` } });
    const started = performance.now();
    expect(grade("configMap('x').data.text.matches('^(a+)+$')", [config])).toMatchObject({
      verdict: 'fail',
      field: 'ConfigMap x data.text',
    });
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe('the functions of expressions', () => {
  it('list what a workload owns, not what merely looks like it', () => {
    const web = rolledOut({ name: 'web', replicas: 2 });
    const impostor = pod({ name: 'impostor', labels: { app: 'web' } });
    const leaving = pod({ name: 'leaving', owner: web.replicaSet, terminating: true });
    expect(value("podsOf('Deployment', 'web').map(p, p.metadata.name)", [...web.all, impostor, leaving])).toEqual({
      ok: true,
      value: ['web-abc-1', 'web-abc-2'],
    });
  });

  it('tell the owner, a condition and readiness', () => {
    const web = rolledOut({ name: 'web', conditions: [{ type: 'Available', status: 'True' }] });
    expect(value("owner(pod('web-abc-1')).name", web.all)).toEqual({ ok: true, value: 'web-abc' });
    expect(value("owner(pod('bare'))", [pod({ name: 'bare' })])).toEqual({ ok: true, value: null });
    expect(value("condition(deployment('web'), 'Available')", web.all)).toEqual({ ok: true, value: 'True' });
    expect(value("condition(deployment('web'), 'Progressing')", web.all)).toEqual({ ok: true, value: '' });
    expect(value("ready(deployment('web'))", web.all)).toEqual({ ok: true, value: true });
    expect(value("ready(deployment('web'))", [deployment({ name: 'web', replicas: 3, updated: 1 })])).toEqual({ ok: true, value: false });
  });

  it('read Secrets, quantities and times', () => {
    const config = object(
      'ConfigMap',
      { name: 'x' },
      { data: { b: 'VGhpcyBpcyBhIHNlY3JldA==', t: '2026-01-01T00:59:50.000000Z', q: '129Mi' } },
    );
    expect(value("base64Decode(configMap('x').data.b)", [config])).toEqual({ ok: true, value: 'This is a secret' });
    expect(value("now - timestamp(configMap('x').data.t) < duration('15s')", [config])).toEqual({ ok: true, value: true });
    expect(value("quantity(configMap('x').data.q) <= quantity('128Mi')", [config])).toEqual({ ok: true, value: false });
    expect(value("quantity('0.5') == quantity('500m') && quantity('1Gi').isGreaterThan(quantity('1G'))")).toEqual({
      ok: true,
      value: true,
    });
    expect(value("quantity('much') == quantity('1')")).toEqual({ ok: false, observed: '"much" is not a quantity' });
  });

  it('know the cluster, the namespace and the start state', () => {
    const before = baselineOf([pod({ name: 'early', uid: 'first' })]);
    const scope = scopeOf([pod({ name: 'early', uid: 'second' })], { baseline: () => before });
    expect(valueOfCel('ns + cluster.workers[0]', scope)).toEqual({ ok: true, value: 'drill-labkd-worker' });
    expect(gradeCel("pod('early').metadata.uid == before('Pod', 'early').metadata.uid", scope, { says: 'kept' })).toMatchObject({
      observed: "second (before('Pod', 'early').metadata.uid is first)",
      field: 'Pod early metadata.uid',
    });
  });

  it('give plain JSON back', () => {
    const answer = value("{'n': 3, 'list': [1, 2.5], 'none': null}");
    expect(JSON.stringify(answer)).toBe('{"ok":true,"value":{"n":3,"list":[1,2.5],"none":null}}');
  });

  it('have the extensions of Kubernetes', () => {
    expect(value('[3, 1, 2].sum() == 6 && [3, 1].min() == 1 && [3, 1].max() == 3 && [1, 2].isSorted()')).toEqual({ ok: true, value: true });
    expect(value("'a1b22'.find('[0-9]+') + 'x-y'.replace('-', '_')")).toEqual({ ok: true, value: '1x_y' });
    expect(value('[2, 1, 2].distinct().sort()')).toEqual({ ok: true, value: [1, 2] });
  });
});

describe('checking an expression before it runs', () => {
  it('finds nothing wrong with a good one', () => {
    expect(checkCel("deployment('web').spec.replicas == 3 && podsOf('Deployment', 'web').all(p, ready(p))")).toEqual([]);
    expect(checkCel("pods({'k8s-app': 'kube-dns'}, 'kube-system').size() == 2")).toEqual([]);
  });

  it('says where syntax, names, kinds and patterns are wrong', () => {
    expect(checkCel("deployment('web') ==")).toEqual([{ message: 'Unexpected token: EOF', offset: 20 }]);
    expect(checkCel("deploymnt('web') == null")).toEqual([
      { message: 'unknown function deploymnt(), did you mean deployment?', offset: 0 },
    ]);
    expect(checkCel('clustr.workers.size() == 2')).toEqual([{ message: 'unknown name clustr, did you mean cluster?', offset: 0 }]);
    expect(checkCel("podsOf('Deploment', 'web').size() == 1")).toEqual([
      { message: 'podsOf() does not know the kind Deploment, did you mean Deployment?', offset: 0 },
    ]);
    expect(checkCel("pod('a').metadata.name.matches('(')")).toMatchObject([
      { message: expect.stringContaining('the pattern ( is broken') },
    ]);
    expect(checkCel('pods({}, ns).size() == 1')).toEqual([
      { message: "pods() takes its namespace as a literal, e.g. 'kube-system'", offset: 0 },
    ]);
    expect(checkCel('pods().size()')).toEqual([{ message: 'the expression gives an int, not true or false', offset: 0 }]);
    expect(checkCel('pods().size()', { anyValue: true })).toEqual([]);
    expect(checkCel('remembered.uids.size() == 1')).toMatchObject([
      { message: 'nothing is remembered here: `remembered` belongs to the timeline grader' },
    ]);
    expect(checkCel('remembered.uid.size() == 1', { remembered: ['uids'] })).toMatchObject([
      { message: 'nothing is remembered as uid, did you mean uids?' },
    ]);
  });

  it('knows which kinds it reads', () => {
    expect(
      readsOfCel("pods().all(p, p.metadata.name in deployment('web').metadata.labels) && service('x', 'kube-system') == null"),
    ).toEqual(['Pod', 'Deployment', { kind: 'Service', namespace: 'kube-system' }]);
    expect(readsOfCel("podsOf('Deployment', 'web').size() == 1")).toEqual(['Deployment', 'ReplicaSet', 'Pod']);
  });
});

describe('a bug: brackets at the end of a false conjunction', () => {
  it('explains an exists() whose predicate ends in brackets instead of breaking', () => {
    const mirror = mirrorOf([{ kind: 'Deployment', metadata: { name: 'api' }, spec: { refs: [{ name: 'config', optional: true }] } }]);
    const scope = { mirror, cluster: () => ({}) as never, baseline: () => ({}) as never, now: 0 };
    const expression = "deployment('api').spec.refs.exists(e, e.name == 'config' && (!has(e.optional) || e.optional == false))";
    expect(gradeCel(expression, scope, { says: 'it is required' })).toMatchObject({ verdict: 'fail', expected: 'it is required' });
  });
});
