// Which image references count as pinned.
import { expect, test } from 'vitest';
import { examinePin } from '../../src/clients/docker-image.ts';

const HEX = '4dbc5f9c07028a985e14d1393e849ea07f68804c4293050d5a641b138db72daa';
const ID = `sha256:${HEX}`;

test.each([
  ['nginx', 'no'],
  ['nginx:latest', 'no'],
  ['nginx:1.27', 'tag'],
  ['registry.example:5000/team/app', 'no'],
  ['registry.example:5000/team/app:latest', 'no'],
  ['registry.example:5000/team/app:2', 'tag'],
  ['localhost:5000/app', 'no'],
  [`nginx@${ID}`, 'digest'],
  [`nginx:latest@${ID}`, 'digest'],
  [`registry.example:5000/app:1@${ID}`, 'digest'],
  [ID, 'digest'],
  [HEX.slice(0, 12), 'digest'],
  // A name that looks like an id, and is none of this image's.
  ['deadbeefcafe', 'no'],
  ['', 'no'],
])('%s is pinned by: %s', (reference, pinned) => {
  expect(examinePin(reference, ID)).toBe(pinned);
});
