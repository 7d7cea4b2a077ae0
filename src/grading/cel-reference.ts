/** The page section on expressions, beside the code that defines them (`cel-functions.ts`). */
export const celReference = `## Expressions

\`cel:\` checks are written in the [Common Expression Language](https://kubernetes.io/docs/reference/using-api/cel/), Kubernetes' own. \`says\` is what the learner reads as expected when it does not hold;
what was observed is taken from the first part of the expression that is false, so write one comparison per fact, the object on the left:

\`\`\`yaml
- {id: C1, title: The Service selects app=web, cel: "service('web').spec.selector == {'app': 'web'}", says: the selector is app=web alone}
- {id: C2, title: Every Pod runs 1.1, cel: "podsOf('Deployment', 'web').size() == 3 && podsOf('Deployment', 'web').all(p, p.spec.containers[0].image == 'kd/web:1.1')"}
\`\`\`

- A missing object or field makes the check fail (also under \`!\`); test with \`has(service('web').spec.selector)\` or \`service('web') == null\` where absence is meant, \`x.?spec.?replicas.orValue(1)\` for a default.
- \`all()\` holds for an empty list: ask for its \`size()\` too.
- What the mirror cannot see is an error, never a pass or a fail.

| name | gives |
|---|---|
| \`ns\` | the drill's namespace (\`namespace\` is a reserved word of the language) |
| \`cluster\` | facts: \`controlPlane\`, \`workers\`, \`nodeAddresses\`, \`storage.className\`, \`controlPlaneTainted\`, \`staticPodPath\`, \`ingressClass\`, \`metrics\` |
| \`now\` | the time, to compare with \`timestamp(text)\`; a check that names it is looked at every second |
| \`deployment('web')\`, \`pod('a')\`, \`configMap('x')\` ... | the object of that kind and name, or \`null\`; a second argument is the namespace, as a literal |
| \`pods()\`, \`pods({'app': 'web'})\`, \`replicaSets()\` ... | the objects of that kind, with these labels; a second argument is the namespace: \`pods({}, 'kube-system')\` |
| \`podsOf('Deployment', 'web')\` | the live Pods that a Deployment, ReplicaSet, StatefulSet, DaemonSet, Job or CronJob owns |
| \`ready(x)\` | a Pod or Node is Ready; a workload has all its Pods updated and available; a Job is complete |
| \`condition(x, 'Available')\` | the condition's status, or \`''\` |
| \`owner(x)\` | the ownerReference of its controller, or \`null\` |
| \`before('Pod', 'early')\` | the object right after set-up, or \`null\` |
| \`quantity('128Mi')\` | comparable with \`<\`, \`<=\`, \`==\`, \`isGreaterThan()\` ... |
| \`base64Decode(text)\` | the text inside, for the data of Secrets |
| \`x.matches(p)\`, \`x.find(p)\` | RE2 patterns |
| \`sum()\`, \`min()\`, \`max()\`, \`sort()\`, \`isSorted()\`, \`distinct()\`, \`indexOf()\`; \`replace()\`, \`split()\`, \`join()\`, \`reverse()\`, \`charAt()\`, \`lowerAscii()\` ... | of lists and texts |
`;
