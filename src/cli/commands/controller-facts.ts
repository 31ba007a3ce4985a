// `felhom controller-facts BOOTSTRAP DATA`: what the unit that starts the controller needs to know of files that only
// felhom reads: whose guest this is, and which stacks folder the controller remembers. Never called by a person.
import { join } from 'node:path';
import { ActionableError, EXIT } from '../../base/errors.ts';
import { CONTROLLER_FILES } from '../../contracts/controller-files.ts';
import type { Command } from '../command.ts';

export const controllerFactsCommand: Command = {
  name: 'controller-facts',
  summary: 'command.controller-facts',
  options: {},
  operands: [
    { placeholder: 'BOOTSTRAP', required: true },
    { placeholder: 'DATA', required: true },
  ],
  run: async ({ operands: [bootstrapPath = '', dataFolder = ''], text, out }) => {
    const { BadBootstrap, readBootstrapFile } = await import('../../clients/bootstrap-file.ts');
    const told = await readBootstrapFile(bootstrapPath).catch((error: unknown) => {
      if (!(error instanceof BadBootstrap)) throw error;
      throw new ActionableError(
        'failed',
        text('unit.bad-bootstrap', { path: bootstrapPath, why: error.message }),
      );
    });
    if (told === undefined) {
      throw new ActionableError('failed', text('unit.no-bootstrap', { path: bootstrapPath }));
    }
    out.line(`customer ${told.bootstrap.customer.id}`);
    out.line(`sentinel ${await readSentinel(join(dataFolder, CONTROLLER_FILES.memory))}`);
    return EXIT.ok;
  },
};

/** `none` where the controller has never run: only then may a folder be marked as the right one. */
async function readSentinel(path: string): Promise<string> {
  const [{ readOwnFile }, { parseJson }, { storedMemory }] = await Promise.all([
    import('../../base/read-own-file.ts'),
    import('../../base/parse-json.ts'),
    import('../../contracts/stored-memory.ts'),
  ]);
  try {
    const bytes = await readOwnFile(path);
    if (bytes === undefined) return 'none';
    const { sentinel } = storedMemory.pick({ sentinel: true }).parse(parseJson(bytes.toString('utf8')));
    return sentinel ?? 'none';
  } catch {
    return 'unreadable';
  }
}
