import type { Pty, StartPty } from '../../src/system/terminal-pane.ts';

const prompt = '\x1b[1;32mdrill\x1b[0m:\x1b[1;34m~\x1b[0m$ ';

/** A shell that has said what was recorded: commands with their output. */
export function recordedShell(session: readonly { command: string; output: string }[]): StartPty {
  return () => {
    let say: (data: string) => void = () => {};
    const pty: Pty = {
      onData: (listener) => {
        say = listener;
      },
      onExit: () => undefined,
      write: () => undefined,
      resize: () => undefined,
      pause: () => undefined,
      resume: () => undefined,
      kill: () => undefined,
    };
    setImmediate(() => {
      for (const { command, output } of session) say(`${prompt}${command}\r\n${output.trimEnd().replaceAll('\n', '\r\n')}\r\n`);
      say(prompt);
    });
    return pty;
  };
}

/** Recorded on a kind cluster of three nodes, Kubernetes 1.34.4. */
export const portSession = [
  {
    command: 'kubectl describe service nginx-service',
    output: `
Name:                     nginx-service
Namespace:                drill-bf-port-mismatch
Labels:                   <none>
Annotations:              <none>
Selector:                 app=nginx
Type:                     ClusterIP
IP Family Policy:         SingleStack
IP Families:              IPv4
IP:                       10.96.13.193
IPs:                      10.96.13.193
Port:                     <unset>  80/TCP
TargetPort:               8080/TCP
Endpoints:                10.244.1.198:8080,10.244.2.192:8080
Session Affinity:         None
Internal Traffic Policy:  Cluster
Events:                   <none>`.trimStart(),
  },
  {
    command: 'kubectl logs deploy/nginx-deployment',
    output: 'Found 2 pods, using pod/nginx-deployment-758bd55d88-j9g47\nlistening on :80',
  },
];

export const schedulerSession = [
  { command: 'kubectl scale deployment shop --replicas=6', output: 'deployment.apps/shop scaled' },
  {
    command: 'kubectl get pods',
    output: `
NAME                    READY   STATUS    RESTARTS   AGE
shop-5d8f7c6b9d-4kqzl   1/1     Running   0          3m12s
shop-5d8f7c6b9d-9wz7x   0/1     Pending   0          21s
shop-5d8f7c6b9d-c6tkr   0/1     Pending   0          21s
shop-5d8f7c6b9d-hl2vn   1/1     Running   0          3m12s
shop-5d8f7c6b9d-nb8s4   0/1     Pending   0          21s
shop-5d8f7c6b9d-x7jdm   0/1     Pending   0          21s`.trimStart(),
  },
];
