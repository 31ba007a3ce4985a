// `felhom containers list`: what Docker runs here, the protected ones first, with what the controller says of
// them. Without a controller Docker alone tells.
import { ActionableError, EXIT } from '../../base/errors.ts';
import type { Text } from '../../base/texts/text.ts';
import type { BaseServiceTold } from '../../contracts/facts/base-stack.ts';
import type { Container } from '../../contracts/facts/containers.ts';
import type { ContainersListOutput } from '../../contracts/outputs.ts';
import { absent } from '../../contracts/reading.ts';
import type { Command } from '../command.ts';
import { readEach, timeoutOption } from '../read-once.ts';
import { formatTable } from '../table.ts';

export const containersListCommand: Command = {
  name: 'containers list',
  summary: 'command.containers-list',
  options: timeoutOption,
  operands: [],
  run: async (context) => {
    const { json, out, err, text, clock } = context;
    const { facts, source } = await readEach(context, ['containers', 'base_stack']);
    const reading = facts.containers;
    if (reading?.state !== 'ok') {
      const reason = reading === undefined ? '' : text(`reason.${reading.code}`);
      throw new ActionableError('unreachable', text('containers.list.unread', { reason }), {
        hint: text('containers.list.unread.hint'),
      });
    }
    const base = facts.base_stack ?? absent('not-here', source, clock.now());
    const { engine_version } = reading.value;
    const containers = reading.value.containers.toSorted(protectedFirst);
    const document: ContainersListOutput = {
      schema: 'felhom/containers-list/1',
      at: clock.now(),
      source,
      engine_version,
      containers,
      base,
    };
    if (json) {
      out.json(document);
      return EXIT.ok;
    }
    const services = base.state === 'ok' ? base.value.services : [];
    if (containers.length === 0 && services.length === 0) err.line(text('containers.list.none'));
    else for (const line of listLines(containers, services, text, out.columns)) out.line(line);
    if (base.state === 'failed') {
      err.line(text('containers.list.no-base', { reason: text(`reason.${base.code}`) }));
    }
    return EXIT.ok;
  },
};

const protectedFirst = (one: Container, other: Container): number =>
  Number(other.protected) - Number(one.protected) || one.name.localeCompare(other.name, 'en');

/** A service of the base stack that has no container has a line as well. */
function listLines(
  containers: readonly Container[],
  services: readonly BaseServiceTold[],
  text: Text,
  width: number,
): readonly string[] {
  const none = text('base.none');
  const stateOf = (name: string) => {
    const service = services.find((one) => one.name === name);
    return service === undefined ? none : text(`base-state.${service.state}`);
  };
  const absentOnes = services.filter(({ name }) => !containers.some((one) => one.name === name));
  const rows = [
    ...absentOnes.map(({ name, image }) => [
      name,
      text('containers.list.absent'),
      none,
      stateOf(name),
      text('containers.list.protected'),
      image,
      '',
    ]),
    ...containers.map(({ name, state, health, ours, image, status, protected: isProtected }) => [
      name,
      state,
      health ?? none,
      stateOf(name),
      isProtected ? text('containers.list.protected') : text(`containers.list.ours.${ours}`),
      image,
      status,
    ]),
  ];
  const columns = [
    { title: text('containers.list.column.name'), minWidth: 12 },
    { title: text('containers.list.column.state') },
    { title: text('containers.list.column.health'), dispensable: 2 },
    { title: text('containers.list.column.base') },
    { title: text('containers.list.column.ours'), dispensable: 1 },
    { title: text('containers.list.column.image'), minWidth: 12, dispensable: 4 },
    { title: text('containers.list.column.status'), minWidth: 10, dispensable: 3 },
  ];
  return formatTable(columns, rows, width);
}
