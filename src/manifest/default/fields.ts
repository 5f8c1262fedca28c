/** A decoded object while its defaults are being filled in: the one place where values are changed, before anybody else holds them. */
export type Fields = Record<string, unknown>;

export function setDefault(fields: Fields, name: string, value: unknown): void {
  fields[name] ??= value;
}

export function setDefaults(fields: Fields, defaults: Readonly<Fields>): void {
  for (const [name, value] of Object.entries(defaults)) fields[name] ??= value;
}

/** The structure at `name`, made empty where absent. */
export function ensure(fields: Fields, name: string): Fields {
  fields[name] ??= {};
  return fields[name] as Fields;
}

export function inner(fields: Fields | undefined, name: string): Fields | undefined {
  return fields?.[name] as Fields | undefined;
}

export function listOf(fields: Fields | undefined, name: string): Fields[] {
  return (fields?.[name] as Fields[] | undefined) ?? [];
}
