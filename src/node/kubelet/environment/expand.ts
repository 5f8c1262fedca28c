/**
 * References in the value of a variable (k8s.io/kubernetes third_party/forked/golang/expansion): `$(NAME)` is what NAME stands for, or stays as it is
 * where nobody is called so; `$$` is a dollar sign that begins no reference.
 */
const DOLLAR = /\$(\$|\(([^)]*)\))/g;

export function expandReferences(text: string, valueOf: (name: string) => string | undefined): string {
  return text.replace(DOLLAR, (whole: string, what: string, name: string) => (what === '$' ? '$' : (valueOf(name) ?? whole)));
}
