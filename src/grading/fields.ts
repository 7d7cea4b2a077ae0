/** One step of a path into an object. */
type Step = string | number | { key: string; value: string };

const stepPattern = /\.?([A-Za-z_$][\w$/-]*)|\[(\d+)\]|\["([^"]*)"\]|\['([^']*)'\]|\[([\w-]+)=([^\]]*)\]/y;

/**
 * Splits a path such as `spec.template.spec.containers[name=web].env[0].value` or `metadata.annotations["a/b"]`.
 * `[name=web]` means the element of a list whose `name` is `web`. Undefined when the path cannot be read.
 */
export function stepsOf(path: string): Step[] | undefined {
  const steps: Step[] = [];
  stepPattern.lastIndex = 0;
  while (stepPattern.lastIndex < path.length) {
    const found = stepPattern.exec(path);
    if (!found) return undefined;
    const [, word, index, double, single, key, value] = found;
    if (key !== undefined && value !== undefined) steps.push({ key, value });
    else if (index !== undefined) steps.push(Number(index));
    else steps.push((word ?? double ?? single) as string);
  }
  return steps.length > 0 ? steps : undefined;
}

/** The value at a path, `undefined` where anything on the way is missing. */
export function at(value: unknown, path: string): unknown {
  let here: unknown = value;
  for (const step of stepsOf(path) ?? []) {
    if (here === null || typeof here !== 'object') return undefined;
    if (typeof step === 'object') {
      here = Array.isArray(here)
        ? here.find((one) => one !== null && typeof one === 'object' && String(one[step.key]) === step.value)
        : undefined;
    } else {
      here = Object.hasOwn(here, step) ? (here as Record<string | number, unknown>)[step] : undefined;
    }
  }
  return here;
}

/** Deep equality of plain JSON; the order of keys does not matter. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keysOfA = Object.keys(a);
  if (keysOfA.length !== Object.keys(b).length) return false;
  return keysOfA.every((key) => Object.hasOwn(b, key) && sameValue((a as never)[key], (b as never)[key]));
}
