// A line across every screen while loop devices count as disks: nobody may take a rehearsal for the
// real thing, or the real thing for a rehearsal.
import { segment, type Line } from './draw/line.ts';
import { lastFacts, type Model } from './draw/model.ts';

export const rehearsalBanner = (model: Model): Line[] =>
  lastFacts(model, 'disk_flags')?.allow_loop === true
    ? [[segment(`${model.glyphs.warn} ${model.text('banner.rehearsal')}`, 'warn')]]
    : [];
