/** Every setting that the schema of `az-escape.yaml` knows, as paths like those of `docs/settings.md`. */
import { z } from 'zod';
import { configSchema } from '../../../model/config/schema.ts';

/** A setting and its default as written in YAML; undefined where it has none. */
export type SchemaSettings = Map<string, unknown>;

interface Node {
  properties?: Record<string, Node>;
  additionalProperties?: Node | boolean;
  oneOf?: Node[];
  anyOf?: Node[];
  default?: unknown;
}

/** How the documents call a key of the user's own choice. */
const ownNames: Record<string, string> = { zones: '<zone>', stores: '<store>' };

/** Settings written once for every tier, unless their defaults differ. */
function mergeTiers(settings: SchemaSettings): SchemaSettings {
  const merged: SchemaSettings = new Map();
  for (const [path, value] of settings) {
    merged.set(/^tiers\.P\d\.interval$/.test(path) ? path : path.replace(/^tiers\.P\d/, 'tiers.<tier>'), value);
  }
  return merged;
}

/** Walks the schema. A setting with choices is listed with the settings of all of them. */
export function schemaSettings(): SchemaSettings {
  const found: SchemaSettings = new Map();
  const walk = (node: Node, path: string): void => {
    const choices = node.oneOf ?? node.anyOf;
    const isSecret = choices?.some((choice) => choice.properties && 'env' in choice.properties);
    if (choices && !isSecret) for (const choice of choices) walk({ default: node.default, ...choice }, path);
    else if (node.properties && !isSecret) {
      for (const [name, child] of Object.entries(node.properties)) {
        const inherited = (node.default as Record<string, unknown> | undefined)?.[name];
        walk(inherited === undefined ? child : { ...child, default: inherited }, path ? `${path}.${name}` : name);
      }
    } else if (path in ownNames || path.endsWith('.stores')) {
      walk(node.additionalProperties as Node, `${path}.${ownNames[path.split('.').at(-1)!]}`);
    } else found.set(path, node.default ?? found.get(path));
  };
  walk(z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) as Node, '');
  return mergeTiers(found);
}
