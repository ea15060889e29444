/**
 * Label selectors as Kubernetes writes them, equality-based and set-based:
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors. Workflows import this
 * file, so nothing here may pull in zod, a clock or I/O.
 */

/** One requirement; an object must meet all of a selector. */
export type LabelRequirement =
  | { key: string; is: 'there' | 'absent' }
  /** `none-of` is met by an object without the key, as `!=` and `notin` are in Kubernetes. */
  | { key: string; is: 'one-of' | 'none-of'; values: string[] };

export type ParsedSelector = { requirements: LabelRequirement[] } | { problem: string };

const maxLength = 1_000;
const name = '[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?';
const validKey = new RegExp(`^(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?/)?${name}$`);
const validValue = new RegExp(`^(?:${name})?$`);

/** The requirements of a selector, or one sentence about the part of it that cannot be read. */
export function parseLabelSelector(text: string): ParsedSelector {
  if (text.trim() === '') return { problem: 'it is empty' };
  if (text.length > maxLength) return { problem: `it is longer than ${maxLength} characters` };
  const requirements: LabelRequirement[] = [];
  for (const part of partsOf(text)) {
    const requirement = requirementOf(part.trim());
    if (!requirement) return { problem: `"${part.trim()}" is no requirement such as a=b, a!=b, a, !a or a in (b,c)` };
    const values = 'values' in requirement ? requirement.values : [];
    if (!validKey.test(requirement.key)) return { problem: `"${requirement.key}" is no key of a label` };
    const wrong = values.find((value) => !validValue.test(value));
    if (wrong !== undefined) return { problem: `"${wrong}" is no value of a label` };
    requirements.push(requirement);
  }
  return { requirements };
}

/** Split at commas, but not at those between the parentheses of a set. */
function partsOf(text: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const character of text) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (character === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}

function requirementOf(part: string): LabelRequirement | undefined {
  const set = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(part);
  if (set) {
    const values = set[3]!.split(',').map((value) => value.trim());
    return { key: set[1]!, is: set[2] === 'in' ? 'one-of' : 'none-of', values };
  }
  const equal = /^([^\s!=]+)\s*(!=|==|=)\s*([^\s=!]*)$/.exec(part);
  if (equal) return { key: equal[1]!, is: equal[2] === '!=' ? 'none-of' : 'one-of', values: [equal[3]!] };
  const bare = /^(!?)\s*([^\s!=()]+)$/.exec(part);
  return bare ? { key: bare[2]!, is: bare[1] === '!' ? 'absent' : 'there' } : undefined;
}

/** True for labels that meet every requirement. */
export function meetsSelector(labels: Record<string, string>, requirements: readonly LabelRequirement[]): boolean {
  return requirements.every((requirement) => {
    const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
    switch (requirement.is) {
      case 'there':
        return value !== undefined;
      case 'absent':
        return value === undefined;
      case 'one-of':
        return value !== undefined && requirement.values.includes(value);
      case 'none-of':
        return value === undefined || !requirement.values.includes(value);
    }
  });
}
