import { describe, expect, test } from 'vitest';
import { filesOf, parseCommand, reachOf } from '../../src/lab/command.ts';
import { splitWords } from '../../src/lab/words.ts';

const words = (text: string) => {
  const split = splitWords(text);
  return 'words' in split ? split.words : split.problem;
};
const parsed = (text: string) => {
  const command = parseCommand(text);
  if ('problem' in command) throw new Error(`${text}: ${command.problem}`);
  return command;
};
const problem = (text: string) => {
  const command = parseCommand(text);
  return 'problem' in command ? command.problem : `accepted: ${JSON.stringify(command)}`;
};

describe('words are split as a shell splits them', () => {
  test.each([
    ['kubectl get  pods', ['kubectl', 'get', 'pods']],
    [`kubectl patch x -p '{"a": "b c"}'`, ['kubectl', 'patch', 'x', '-p', '{"a": "b c"}']],
    ['kubectl create cm x --from-literal=a="Muhammad Ali"', ['kubectl', 'create', 'cm', 'x', '--from-literal=a=Muhammad Ali']],
    ['a "b \\"c\\" \\n" d\\ e', ['a', 'b "c" \\n', 'd e']],
    [`a '' ""`, ['a', '', '']],
    [`a 'it'"'"'s'`, ['a', "it's"]],
    ['a \\\n  b', ['a', 'b']],
    ["sh -c 'x | y > z; $HOME'", ['sh', '-c', 'x | y > z; $HOME']],
    ['--serviceaccount=$NS:reader "$NS"', ['--serviceaccount=$NS:reader', '$NS']],
    ['@node-remove {{nodeOf web}} /x', ['@node-remove', '{{nodeOf web}}', '/x']],
    ["-o jsonpath='{.items[0].metadata.name}'", ['-o', 'jsonpath={.items[0].metadata.name}']],
    ['a#b', ['a#b']],
  ])('%s', (text, expected) => {
    expect(words(text)).toEqual(expected);
  });
});

describe('what needs a shell is refused', () => {
  test.each([
    ['kubectl get pods | grep web', '| needs a shell (a pipe), and commands run without one'],
    ['kubectl get pods > pods.txt', '> needs a shell (a redirection), and commands run without one'],
    ['kubectl apply -f - < x.yaml', '< needs a shell (a redirection), and commands run without one'],
    ['kubectl a && kubectl b', '&& needs a shell (a second command or a background job), and commands run without one'],
    ['kubectl a || kubectl b', '|| needs a shell (a pipe), and commands run without one'],
    ['kubectl a; kubectl b', '; needs a shell (a second command), and commands run without one'],
    ['kubectl proxy &', '& needs a shell (a second command or a background job), and commands run without one'],
    ['kubectl delete pod $(kubectl get pod)', 'there is no shell to replace $(: use single quotes if it is meant literally'],
    ['kubectl delete pod `x`', 'there is no shell to replace `: use single quotes if it is meant literally'],
    ['kubectl get pod $POD', 'there is no shell to replace $POD: use single quotes if it is meant literally'],
    ['kubectl get pod "$' + '{POD}"', 'there is no shell to replace $' + '{POD}: use single quotes if it is meant literally'],
    ['(kubectl get pod)', '( needs a shell, and commands run without one: quote it if it is meant literally'],
    ['kubectl get pod # all', 'a comment does not belong into a command'],
    ['kubectl get pod\nkubectl get svc', 'one command per entry: a line break ends it'],
    [`kubectl get 'pod`, "a ' is not closed"],
    ['kubectl get "pod', 'a " is not closed'],
    ['kubectl get pod\\', 'ends with a backslash'],
  ])('%s', (text, expected) => {
    expect(problem(text)).toBe(expected);
  });
});

describe('kubectl may not leave the drill', () => {
  test.each([
    ['kubectl --kubeconfig=/etc/x get pods', "--kubeconfig is refused: the kubeconfig is the drill's"],
    ['kubectl get pods --context other', "--context is refused: the context is the drill's"],
    ['kubectl get pods -shttps://evil', "--server is refused: the cluster is the drill's"],
    ['kubectl get pods -As=https://evil', "--server is refused: the cluster is the drill's"],
    ['kubectl get pods --insecure_skip_tls_verify', '--insecure-skip-tls-verify is refused: the API server is always verified'],
    ['kubectl get pods --token=x', "--token is refused: the user is the drill's"],
    ['kubectl delete pod x --as=admin', '--as is refused: impersonation is for "kubectl auth can-i" only'],
    ['kubectl get --raw=/api', '--raw is refused: raw requests go around what a lab may touch'],
    ['kubectl apply -k .', '--kustomize is refused: kustomizations may read other places: write the manifest out'],
    ['kubectl apply --prune --all -f x.yaml', '--prune is refused: pruning deletes what the lab does not name'],
    [
      'kubectl get pods -n default',
      "--namespace default is refused: the lab's own namespace is the default, and kube-system is the only other",
    ],
    ['kubectl get pods -wndefault', '--watch is refused: it would never end'],
    [
      'kubectl get pods -Andefault',
      "--namespace default is refused: the lab's own namespace is the default, and kube-system is the only other",
    ],
    ['kubectl delete pods --all -A', '"kubectl delete" in all namespaces is refused'],
    ['kubectl create namespace x', 'a lab lives in the one namespace that it is given: it may not write namespaces'],
    ['kubectl delete pod/a ns/kube-system', 'a lab lives in the one namespace that it is given: it may not write namespaces'],
    ['kubectl apply -f https://evil/x.yaml', '--filename https://evil/x.yaml is refused: files come from the lab, not from the network'],
    ['kubectl apply -f -', '--filename - is refused: it would read standard input'],
    ['kubectl apply -f good.yaml,/etc/passwd', '--filename /etc/passwd is refused: the file lies outside the lab'],
    ['kubectl apply -f../x.yaml', '--filename ../x.yaml is refused: the file lies outside the lab'],
    ['kubectl apply -f .', '--filename . is refused: name one file of the lab'],
    ["kubectl apply -f '*.yaml'", '--filename *.yaml is refused: name one file of the lab'],
    ['kubectl create cm x --from-file=key=/etc/passwd', '--from-file /etc/passwd is refused: the file lies outside the lab'],
    ['kubectl create cm x --from-env-file ~/.env', '--from-env-file ~/.env is refused: the file lies outside the lab'],
    ['kubectl patch deploy x --patch-file /etc/x', '--patch-file /etc/x is refused: the file lies outside the lab'],
    ['kubectl get pod -o jsonpath-file=/etc/x', '--output jsonpath-file=/etc/x is refused: it reads another file of this machine'],
    ['kubectl set env deploy/x -', 'reading standard input (-) is refused: put it into a file of the lab'],
    ['kubectl config view', '"kubectl config" is not among the verbs that labs may use'],
    ['kubectl foo', '"kubectl foo" is not among the verbs that labs may use'],
    ['kubectl auth reconcile -f x.yaml', '"kubectl auth reconcile" is not among the verbs that labs may use'],
    ['kubectl cluster-info dump', '"kubectl cluster-info dump" writes to this machine'],
    ['kubectl get pods -z', '-z is no flag of kubectl that labs may use'],
    ['kubectl delete pod x --some-switch -ndefault', '--some-switch is followed by -ndefault: write --some-switch=... for its value'],
    ['kubectl get pods -l --context=other', '-l is followed by --context=other: write -l=... for its value'],
    ['kubectl create deployment x --user=admin', "--user is refused: the user is the drill's"],
    ['kubectl', 'kubectl is told nothing to do'],
    ['kubectl apply -f', '--filename names no file'],
  ])('%s', (text, expected) => {
    expect(problem(text)).toBe(expected);
  });
});

describe('kubectl may not wait for somebody, or for ever', () => {
  test.each([
    ['kubectl edit deploy x', '"kubectl edit" is not among the verbs that labs may use'],
    ['kubectl exec -it x -- sh', '--tty is refused: nobody sits at a terminal'],
    ['kubectl get pods -w', '--watch is refused: it would never end'],
    ['kubectl logs -f x', '--follow is refused: it would never end'],
    ['kubectl delete -i pod x', '--interactive is refused: nobody is there to confirm'],
    ['kubectl apply edit-last-applied deploy x', '"kubectl apply edit-last-applied" waits for an editor'],
  ])('%s', (text, expected) => {
    expect(problem(text)).toBe(expected);
  });
});

test('the argv is passed on as it was written, without the leading kubectl', () => {
  expect(parsed(`kubectl patch deployment web --type=json -p '[{"op":"remove"}]'`)).toEqual({
    type: 'kubectl',
    argv: ['patch', 'deployment', 'web', '--type=json', '-p', '[{"op":"remove"}]'],
    mayFail: false,
  });
  expect(parsed('@may-fail kubectl apply -f x.yaml')).toEqual({ type: 'kubectl', argv: ['apply', '-f', 'x.yaml'], mayFail: true });
});

test('what follows -- belongs to a container and is not judged', () => {
  expect(parsed("kubectl exec deploy/web -- sh -c 'cat /etc/passwd | wc -l' -n default -f /x")).toMatchObject({ type: 'kubectl' });
});

test('impersonation is open to auth can-i', () => {
  expect(parsed('kubectl auth can-i list pods --as=system:serviceaccount:$NS:reader')).toMatchObject({ type: 'kubectl' });
});

test('the user of a binding is a subject, not who asks', () => {
  expect(parsed('kubectl create rolebinding x --role=reader --user=jane')).toMatchObject({ type: 'kubectl' });
});

test('rollout status watches by its nature and ends', () => {
  expect(parsed('kubectl rollout status deployment/web -w --timeout=60s')).toMatchObject({ type: 'kubectl' });
});

test('a template that mentions a file is no template file', () => {
  expect(parsed("kubectl get cm x -o jsonpath='{.data.my-file}'")).toMatchObject({ type: 'kubectl' });
});

describe('the acts', () => {
  test.each([
    ['@delete-pod app=web oldest', { type: 'delete-pod', selector: 'app=web', which: 'oldest' }],
    ['@wait C4', { type: 'wait', check: 'C4' }],
    [
      '@node-write {{worker0}} /etc/kubernetes/manifests/drill.yaml drill.yaml',
      { type: 'node-write', node: '{{worker0}}', path: '/etc/kubernetes/manifests/drill.yaml', file: 'drill.yaml' },
    ],
    ['@node-remove {{cp}} /var/lib/kubedrill/x', { type: 'node-remove', node: '{{cp}}', path: '/var/lib/kubedrill/x' }],
    ['@component stop kube-scheduler', { type: 'component', what: 'stop', name: 'kube-scheduler' }],
    ['@kubelet start kubedrill-worker2', { type: 'kubelet', what: 'start', node: 'kubedrill-worker2' }],
    ['@pause {{worker0}}', { type: 'pause', node: '{{worker0}}' }],
    ['@unpause {{worker0}}', { type: 'unpause', node: '{{worker0}}' }],
    ['@http http://web/ 30', { type: 'http', url: 'http://web/', count: 30 }],
    ['@http http://web/', { type: 'http', url: 'http://web/', count: 1 }],
  ])('%s', (text, expected) => {
    expect(parsed(text)).toEqual(expected);
  });

  test.each([
    ['@delete-pod app=web', 'usage: @delete-pod SELECTOR oldest|newest|notready'],
    ['@delete-pod app=web all', 'usage: @delete-pod SELECTOR oldest|newest|notready'],
    ['@wait', 'usage: @wait CHECK'],
    ['@component stop kubelet', 'usage: @component stop|start kube-scheduler|kube-controller-manager|kube-apiserver|etcd'],
    ['@kubelet restart x', 'usage: @kubelet stop|start NODE'],
    ['@pause', 'usage: @pause NODE'],
    ['@http https://web/', '@http asks http:// addresses, not https://web/'],
    ['@http http://web/ many', 'usage: @http URL [COUNT]'],
    ['@may-fail @wait C1', 'usage: @may-fail kubectl ...'],
    ['@may-fail kubectl config view', '"kubectl config" is not among the verbs that labs may use'],
    [
      '@node-write {{cp}} /etc/shadow x',
      '/etc/shadow is refused: on a node, labs write below /etc/kubernetes/manifests/ and /var/lib/kubedrill/ only',
    ],
    [
      '@node-remove {{cp}} /var/lib/kubedrill/../../x',
      '/var/lib/kubedrill/../../x is refused: on a node, labs write below /etc/kubernetes/manifests/ and /var/lib/kubedrill/ only',
    ],
    ['@node-write {{cp}} /var/lib/kubedrill/x /etc/shadow', '/etc/shadow is refused: the file lies outside the lab'],
    [
      '@shell rm -rf /',
      'there is no act @shell; the acts are @may-fail, @delete-pod, @wait, @node-write, @node-remove, @component, @kubelet, @pause, @unpause, @http',
    ],
    ['@constructor', expect.stringContaining('there is no act @constructor')],
    ['rm -rf x', 'a command is kubectl or an @act, not "rm"'],
    ['', 'a command is kubectl or an @act, not ""'],
  ])('%s', (text, expected) => {
    expect(problem(text)).toEqual(expected);
  });
});

describe('files of a command', () => {
  test.each([
    ['kubectl apply -f web.yaml', ['files/web.yaml']],
    ['kubectl apply -f solution/a.yaml -fwrong/b.yaml --filename=./c.yaml', ['solution/a.yaml', 'wrong/b.yaml', 'files/c.yaml']],
    ['kubectl apply -f a.yaml,start/b.yaml', ['files/a.yaml', 'start/b.yaml']],
    [
      'kubectl create secret generic s --from-file=k=solution/a.txt --from-file b.txt --from-env-file=c.env',
      ['solution/a.txt', 'files/b.txt', 'files/c.env'],
    ],
    ['kubectl patch deploy x --patch-file solution/p.json', ['solution/p.json']],
    ['kubectl logs -f=false x', []],
    ['kubectl get pods', []],
    ['@node-write {{cp}} /var/lib/kubedrill/x solution/x', ['solution/x']],
    ['@wait C1', []],
  ])('%s', (text, expected) => {
    expect(filesOf(parsed(text))).toEqual(expected);
  });
});

describe('how far a command reaches', () => {
  test.each([
    ['kubectl -n kube-system get pods', 'reads'],
    ['kubectl get nodes', 'reads'],
    ['kubectl rollout status deploy/web', 'reads'],
    ['kubectl scale deploy web --replicas=2', 'namespace'],
    ['kubectl set env --containers x deployment/web A=b', 'namespace'],
    ['kubectl run node --image=kd/web:1.0', 'namespace'],
    ['kubectl delete pod node', 'namespace'],
    ['kubectl label pod web example.com/node=a', 'namespace'],
    ['kubectl -n kube-system scale deployment coredns --replicas=2', 'cluster'],
    ['kubectl exec -n kube-system coredns-x -- id', 'cluster'],
    ['kubectl rollout restart deployment coredns -nkube-system', 'cluster'],
    ['kubectl drain {{worker0}} --ignore-daemonsets --delete-emptydir-data', 'cluster'],
    ['kubectl label node --all disk=ssd', 'cluster'],
    ['kubectl delete deploy/nginx pv/shelf', 'cluster'],
    ['kubectl patch persistentvolumes.v1. shelf -p {}', 'cluster'],
    ['kubectl create clusterrolebinding x --clusterrole=cluster-admin --serviceaccount=$NS:reader', 'cluster'],
    ['kubectl annotate nodes/a x=y', 'cluster'],
    ['@delete-pod app=web oldest', 'namespace'],
    ['@wait C1', 'reads'],
    ['@http http://web/', 'reads'],
    ['@component stop etcd', 'cluster'],
    ['@kubelet stop {{worker0}}', 'cluster'],
    ['@node-remove {{cp}} /var/lib/kubedrill/x', 'cluster'],
    ['@pause {{worker0}}', 'cluster'],
  ])('%s', (text, expected) => {
    expect(reachOf(parsed(text))).toBe(expected);
  });
});
