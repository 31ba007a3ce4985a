// Where each service is asked how it is, by what would be rendered for it. No secret has part in that.
import type { ServiceName } from '../../contracts/base-stack.ts';
import type { ControllerConfig } from '../../contracts/controller-config.ts';
import type { Probe } from '../desired/desired.ts';
import { render } from '../desired/render.ts';

export const probesOf = (config: ControllerConfig): ReadonlyMap<ServiceName, Probe> =>
  new Map(
    render(config, { filebrowserPassword: '', filebrowserKey: '' }).services.flatMap(({ name, probe }) =>
      probe === null ? [] : [[name, probe] as const],
    ),
  );
