export interface Scaffold {
  track: string;
  id: string;
  title: string;
  order: number;
  /** Path of the JSON Schema from the lab's folder, for editors. */
  schema: string;
}

/**
 * A first version of a lab, by path in its folder. It lints, and `kubedrill verify` proves it as it is: an author changes it
 * piece by piece and sees at once what broke.
 */
export function scaffold(options: Scaffold): Record<string, string> {
  return {
    'lab.yaml': labYaml(options),
    'start/web.yaml': deployment,
    'files/web-service.yaml': service({ app: 'wbe' }, 80),
    'solution/web-service.yaml': service({ app: 'web' }, 80),
    'wrong/other-port.yaml': service({ app: 'web' }, 8080),
  };
}

const labYaml = ({ track, id, title, order, schema }: Scaffold) => `# yaml-language-server: $schema=${schema}
id: ${id}
title: ${JSON.stringify(title)}
track: ${track}
order: ${order}
source:
  - {document: Your document, section: Its section}
minutes: 10

brief: |
  The shop's web Pods are well, yet every request to the Service \`web\` is refused.
  Find out why, and mend the Service.

# Brings the namespace of the lab to its start state. Every check below must fail here.
setup:
  - apply: [start/web.yaml, web-service.yaml]
  - wait: {grader: deployment-available, with: {name: web, replicas: 2}, within: 60s}

steps:
  - id: selector
    title: Give the Service its Pods
    text: |
      \`kubectl get endpointslices\` shows no address. Compare what the Service selects with what the Pods carry,
      mend \`web-service.yaml\`, and apply it.
    try:
      - kubectl get pods --show-labels
      - kubectl describe service web
      - kubectl get endpointslices -l kubernetes.io/service-name=web
    predict:
      ask: What does a Service select?
      choices: [Deployments by their name, Pods by their labels, Containers by their port]
      answer: 1
      why: The EndpointSlice controller compares the selector with the labels of Pods, and with nothing else.
    checks:
      - id: C1
        title: The Pods of web are the backends of the Service
        grader: service-backends
        with: {service: web, of: {kind: Deployment, name: web}, count: 2}
        points: 2
      - id: C2
        title: The Service answers
        grader: http-through-service
        with: {service: web, body: Welcome}
      # A guard is true from the start, is worth nothing, and must stay true: it closes the ways around the task.
      - id: G1
        title: The Deployment is as it was
        guard: true
        cel: deployment('web').spec == before('Deployment', 'web').spec
        says: the Deployment web is unchanged
        look: kubectl get deployment web -o yaml
    hints:
      - text: Who would be a backend? \`kubectl get pods --show-labels\` and \`kubectl describe service web\` name the same label.
      - text: The selector is off by two letters.
        cost: 1
    solution:
      - kubectl apply -f solution/web-service.yaml

# What learners try and should not get away with: exactly the checks in mustFail must fail.
wrong:
  - id: restart
    step: selector
    says: New Pods carry the labels of the old ones.
    run:
      - kubectl rollout restart deployment/web
      - kubectl rollout status deployment/web --timeout=60s
    mustFail: [C1, C2, G1]
  - id: other-port
    step: selector
    says: The selector is right now, but nobody listens on 8080.
    run:
      - kubectl apply -f wrong/other-port.yaml
    mustFail: [C2]

debrief: |
  1. A Service finds its Pods by labels. A name that looks right selects nothing.
  2. No endpoints: look at labels. Endpoints, but refused: look at ports.
`;

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: web
          image: kd/web:1.0
          imagePullPolicy: IfNotPresent
          ports:
            - {name: http, containerPort: 80}
`;

const service = (selector: { app: string }, targetPort: number) => `apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector: {app: ${selector.app}}
  ports:
    - {port: 80, targetPort: ${targetPort}}
`;
