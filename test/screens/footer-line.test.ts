// The footer: what fits of the keys, whole, with the ways out.
import { expect, onTestFinished, test } from 'vitest';
import { lineText, lineWidth } from '../../screens/draw/line.ts';
import { footerLine } from '../../screens/footer-line.ts';
import { SCREEN_IDS } from '../../src/contracts/screen-ids.ts';
import { sitDown } from './seated.ts';

test.each(['en', 'hu'] as const)('no key of it is cut at any width, in %s', async (language) => {
  const seated = await sitDown({ language });
  onTestFinished(seated.stop);
  for (const screen of SCREEN_IDS) {
    seated.console.view.setState({ screen });
    for (let columns = 60; columns <= 200; columns += 1) {
      const line = footerLine(
        seated.session,
        seated.console.view.getState(),
        seated.session.model(),
        columns,
      );
      expect(lineWidth(line)).toBeLessThanOrEqual(columns);
      expect(lineText(line)).toMatch(/ q /);
      expect(lineText(line)).toMatch(/ \? /);
    }
  }
});
