// Parts of a device, in bytes from its beginning. Pure.

export type Place = { readonly position: number; readonly length: number };

/** Rising and apart: what overlaps or touches becomes one. Empty ones are left out. */
export function mergePlaces(places: readonly Place[]): readonly Place[] {
  const merged: Place[] = [];
  for (const place of places.toSorted((a, b) => a.position - b.position)) {
    if (place.length <= 0) continue;
    const last = merged.at(-1);
    if (last === undefined || place.position > endOf(last)) merged.push(place);
    else {
      const length = Math.max(endOf(last), endOf(place)) - last.position;
      merged[merged.length - 1] = { position: last.position, length };
    }
  }
  return merged;
}

/**
 * Grown to whole sectors, then cut to what lies inside `range`, which begins and ends with a sector itself.
 * Nothing of it may lie outside: there is somebody else's.
 */
export function clipPlace(place: Place, range: Place, sectorBytes: number): Place {
  const start = Math.floor(place.position / sectorBytes) * sectorBytes;
  const end = Math.ceil(endOf(place) / sectorBytes) * sectorBytes;
  const position = Math.min(Math.max(start, range.position), endOf(range));
  return { position, length: Math.max(0, Math.min(end, endOf(range)) - position) };
}

export const endOf = ({ position, length }: Place): number => position + length;

export const sumOf = (places: readonly Place[]): number =>
  places.reduce((sum, { length }) => sum + length, 0);

/** Piece by piece, none longer than `chunkBytes`. */
export function* cutInChunks(places: readonly Place[], chunkBytes: number): Generator<Place, undefined> {
  for (const place of places) {
    for (let position = place.position; position < endOf(place); position += chunkBytes) {
      yield { position, length: Math.min(chunkBytes, endOf(place) - position) };
    }
  }
}
