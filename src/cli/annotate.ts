import { readFileSync, writeFileSync } from 'node:fs';
import type { LabProof } from '../drill/prove.ts';
import type { Lab } from '../lab/schema.ts';
import { type Annotation, githubAnnotation } from '../report/annotations.ts';
import { codeQuality } from '../report/code-quality.ts';
import { placesOf, proofAnnotations } from '../report/proof-annotations.ts';
import type { CommandContext } from './command.ts';

/** What did not hold, at the lines of the labs' files. */
export const annotationsOfProofs = (proofs: readonly LabProof[], labs: readonly Lab[]): Annotation[] =>
  proofs.flatMap((proof) => {
    const lab = proof.ok ? undefined : labs.find(({ id }) => id === proof.id);
    if (!lab) return [];
    const file = `${lab.folder}/lab.yaml`;
    return proofAnnotations(proof, placesOf(file, readFileSync(file, 'utf8')));
  });

/** Says them where GitHub Actions listens (it reads both streams, so the document on stdout stays one), and writes GitLab's file where asked. */
export function annotate(annotations: readonly Annotation[], codeQualityFile: string | undefined, context: CommandContext): void {
  if (context.env.GITHUB_ACTIONS === 'true') for (const one of annotations) context.say(githubAnnotation(one));
  if (codeQualityFile !== undefined) writeFileSync(codeQualityFile, codeQuality(annotations));
}
