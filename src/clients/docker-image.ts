// Whether an image reference names one image for ever.
import type { Container } from '../contracts/facts/containers.ts';

/** `[registry[:port]/]name[:tag][@digest]`, or an image's id, as Docker shows it once its tag has moved on. */
export function examinePin(reference: string, imageId: string): Container['pinned'] {
  if (/@[a-z0-9+._-]+:[0-9a-f]{32,}$/i.test(reference)) return 'digest';
  if (isImageId(reference, imageId)) return 'digest';
  const name = reference.slice(reference.lastIndexOf('/') + 1);
  const colon = name.indexOf(':');
  const tag = colon === -1 ? '' : name.slice(colon + 1);
  return tag === '' || tag === 'latest' ? 'no' : 'tag';
}

/** Docker takes an id's first digits for the id; twelve are what it shows itself. */
function isImageId(reference: string, imageId: string): boolean {
  if (/^sha256:[0-9a-f]{64}$/.test(reference)) return true;
  return /^[0-9a-f]{12,64}$/.test(reference) && imageId.startsWith(`sha256:${reference}`);
}
