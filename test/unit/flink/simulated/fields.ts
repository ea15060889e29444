/** Which fields of an answer are read, and of what type they are: told by an object that notes what is asked of it. */

/** By path, such as `vertices.*.tasks`: the types of what was found there. */
export type Fields = Map<string, Set<string>>;

/** Calls `read` with the body, and tells what it asked of it. */
export function fieldsRead(body: unknown, read: (body: unknown) => unknown): Fields {
  const fields: Fields = new Map();
  read(noting(body, '', fields));
  return fields;
}

function noting(value: unknown, path: string, fields: Fields): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return new Proxy(value, {
    get(target, name) {
      const found: unknown = Reflect.get(target, name);
      // What every array and object has is no field of an answer.
      if (typeof name === 'symbol' || typeof found === 'function' || !Object.hasOwn(target, name)) return found;
      if (Array.isArray(target) && name === 'length') return found;
      const part = Array.isArray(target) ? '*' : name;
      const at = path === '' ? part : `${path}.${part}`;
      const types = fields.get(at) ?? new Set();
      fields.set(at, types.add(typeOf(found)));
      return noting(found, at, fields);
    },
  });
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
