// The path of a request, from a route's pattern and what stands for its names.

export function routePath(
  pattern: string,
  { params = {}, query = {} }: { readonly params?: object | undefined; readonly query?: object | undefined },
): string {
  const values = new Map<string, unknown>(Object.entries(params));
  const path = pattern.replaceAll(/:(\w+)/g, (_whole, name: string) =>
    encodeURIComponent(String(values.get(name))),
  );
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  ).toString();
  return search === '' ? path : `${path}?${search}`;
}
