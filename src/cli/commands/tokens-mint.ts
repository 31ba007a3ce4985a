// `felhom tokens mint --vmid N --out FILE`: a new token for a guest, which goes into a new file of mode
// 0600 and nowhere else.
import { syncFolder } from '../../base/sync-folder.ts';
import { constants } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ActionableError, errnoOf, EXIT, messageOf } from '../../base/errors.ts';
import type { TokensMintOutput } from '../../contracts/outputs.ts';
import type { RouteAnswer } from '../../contracts/routes.ts';
import type { CallRoute } from '../../contracts/source.ts';
import type { Command, CommandContext } from '../command.ts';
import { parseVmid, requiredOption } from '../option-values.ts';
import { changeByAgent } from '../with-agent.ts';

export const tokensMintCommand: Command = {
  name: 'tokens mint',
  summary: 'command.tokens-mint',
  options: {
    vmid: { summary: 'option.vmid', placeholder: 'VMID' },
    out: { summary: 'option.out', placeholder: 'FILE' },
  },
  operands: [],
  run: async (context) => {
    const { json, out, text } = context;
    const vmid = parseVmid(requiredOption(context, 'vmid', 'VMID'), context);
    const path = requiredOption(context, 'out', 'FILE');
    const { id } = await changeByAgent(context, async (call) => {
      // The file first: a token that cannot be kept must not be made.
      const file = await createFile(context, path);
      try {
        return await mintInto(context, call, vmid, file, path);
      } catch (error) {
        await rm(path, { force: true });
        throw error;
      } finally {
        await file.close();
      }
    });
    const document: TokensMintOutput = { schema: 'felhom/tokens-mint/1', id, vmid, file: path };
    if (json) out.json(document);
    else out.line(text('tokens.minted', { id, vmid, path }));
    return EXIT.ok;
  },
};

async function createFile({ text }: CommandContext, path: string): Promise<FileHandle> {
  const { O_CREAT, O_EXCL, O_WRONLY, O_NOFOLLOW } = constants;
  try {
    return await open(path, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, 0o600);
  } catch (error) {
    const reason = errnoOf(error) ?? messageOf(error);
    throw new ActionableError('failed', text('tokens.no-file', { path, reason }), {
      hint: text('tokens.no-file.hint'),
      cause: error,
    });
  }
}

async function mintInto(
  context: CommandContext,
  call: CallRoute,
  vmid: number,
  file: FileHandle,
  path: string,
): Promise<{ readonly id: string }> {
  const { text } = context;
  const minted = await mint(context, call, vmid);
  try {
    await file.writeFile(`${minted.token}\n`, 'utf8');
    await file.sync();
    await syncFolder(dirname(path));
    return minted;
  } catch (error) {
    const reason = errnoOf(error) ?? messageOf(error);
    const revoked = await call('revokeToken', { body: { id: minted.id } }).then(
      () => true,
      () => false,
    );
    throw new ActionableError('failed', text('tokens.not-written', { path, reason }), {
      hint: text(revoked ? 'tokens.not-written.revoked' : 'tokens.not-written.valid', { id: minted.id }),
    });
  }
}

async function mint(
  { text }: CommandContext,
  call: CallRoute,
  vmid: number,
): Promise<RouteAnswer<'mintToken'>> {
  try {
    return await call('mintToken', { body: { vmid } });
  } catch (error) {
    if (!(error instanceof ActionableError) || error.kind !== 'unreachable') throw error;
    // It may have been made, and its answer lost: nobody has it, and it should not stay.
    throw new ActionableError('unreachable', text('tokens.unknown', { reason: error.message }), {
      hint: text('tokens.unknown.hint', { vmid }),
      cause: error,
    });
  }
}
