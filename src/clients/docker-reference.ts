// References of images as Docker takes them in a path or a query.

/** No `..`, nothing that a path or a query could take for its own. */
const REFERENCE = /^[A-Za-z0-9](?:[A-Za-z0-9_./:@-]{0,253}[A-Za-z0-9])?$/;

export const isReference = (reference: string): boolean =>
  REFERENCE.test(reference) && !/\.\.|\/\/|:\/|\/:/.test(reference);

/** Repository and tag; nothing for a reference that names no one image: without a tag Docker would pull them all. */
export function splitReference(
  reference: string,
): { readonly repository: string; readonly tag: string } | undefined {
  if (!isReference(reference)) return undefined;
  // Docker takes a digest in the tag's place.
  const at = reference.indexOf('@');
  const colon = reference.lastIndexOf(':');
  const end = at === -1 ? colon : at;
  if (end <= reference.lastIndexOf('/')) return undefined;
  return { repository: reference.slice(0, end), tag: reference.slice(end + 1) };
}
