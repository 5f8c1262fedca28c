/**
 * Structural equality of API values (apiequality.Semantic.DeepEqual as far as plain JSON goes): a field that is undefined is a field
 * that is absent. Shared parts are found equal by reference, so comparing an object with its next version costs only what changed.
 */
export function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => isEqual(item, b[i]));
  if (Array.isArray(b)) return false;
  return hasFieldsOf(a, b) && hasFieldsOf(b, a, true);
}

function hasFieldsOf(a: object, b: object, namesOnly = false): boolean {
  for (const [key, value] of Object.entries(a)) {
    if (value === undefined) continue;
    const other = (b as Record<string, unknown>)[key];
    if (namesOnly ? other === undefined : !isEqual(value, other)) return false;
  }
  return true;
}
