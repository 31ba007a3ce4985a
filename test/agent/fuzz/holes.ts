// Holes for the fuzz to find, one at a time: each is a mistake that somebody could make.
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Caller } from '../../../src/agent/handler.ts';
import type { AgentParts, AgentTools } from '../../../src/agent/parts.ts';
import { routes, type RouteTable, type Rights } from '../../../src/contracts/routes.ts';

type Hole = {
  readonly routes?: RouteTable;
  readonly parts?: (parts: AgentParts, tools: AgentTools) => AgentParts;
  /** What the fuzz has to say of it. */
  readonly finds: RegExp;
};

const FOR_GUESTS: Rights = { ...routes.confirmOperation.rights, guest: 'yes' };
const ROOT: Caller = { kind: 'root' };

export const HOLES = {
  /** The right is given to guests, and nobody asks for the word any more: a blank disk is formatted. */
  'confirm is open to guests and asks for no word': {
    routes: { ...routes, confirmOperation: { ...routes.confirmOperation, rights: FOR_GUESTS } },
    parts: (parts) => ({
      ...parts,
      handlers: {
        ...parts.handlers,
        confirmOperation: async (call) => {
          const { operation } = await parts.handlers
            .operation({ ...call, caller: ROOT, query: {}, body: {} })
            .then((answer) => ('operation' in answer ? answer : { operation: undefined }));
          const confirm = operation?.confirm_word ?? '';
          return parts.handlers.confirmOperation({ ...call, caller: ROOT, body: { confirm } });
        },
      },
    }),
    finds:
      /confirmOperation let guest|confirmOperation let stranger|blank .* was written to|is claimed|op\.approved/,
  },
  /** Only the table is wrong: what a signature approves could be handed in by a guest. */
  'submit is open to guests': {
    routes: { ...routes, submitOperation: { ...routes.submitOperation, rights: FOR_GUESTS } },
    finds: /got past the rights of submitOperation/,
  },
  /** The rights are as they should be; what a guest types is believed as if a person on the host had. */
  'a format believes the word that a guest sends': {
    parts: (parts) => ({
      ...parts,
      handlers: {
        ...parts.handlers,
        formatDisk: async (call) =>
          parts.handlers.formatDisk(
            call.body.confirm === undefined ? call : { ...call, caller: { kind: 'group' } },
          ),
      },
    }),
    finds: /^operation \S+ is (?:approved|claimed|done)/,
  },
  /** A guest sees what belongs to others. */
  'operations are listed to every guest': {
    parts: (parts) => ({
      ...parts,
      handlers: {
        ...parts.handlers,
        operations: async (call) => parts.handlers.operations({ ...call, caller: ROOT }),
      },
    }),
    finds: /was told of an operation of/,
  },
  /** A secret stays where nobody looks. */
  'tokens are written to a file': {
    parts: (parts, { config }) => ({
      ...parts,
      findToken: async (secret) => {
        await appendFile(join(config.state_dir, 'seen'), `${secret}\n`);
        return parts.findToken(secret);
      },
    }),
    finds: /a secret is in seen/,
  },
  /** A caller can make it fail. */
  'a handler fails on a name that it does not expect': {
    parts: (parts) => ({
      ...parts,
      handlers: {
        ...parts.handlers,
        formatDisk: async (call) => {
          if (call.body.name === '__proto__') throw new TypeError('undefined has no name');
          return parts.handlers.formatDisk(call);
        },
      },
    }),
    finds: /failed with 500/,
  },
} satisfies Readonly<Record<string, Hole>>;

export type HoleName = keyof typeof HOLES;
export const HOLE_NAMES = Object.keys(HOLES).filter((name): name is HoleName => Object.hasOwn(HOLES, name));
export const holeOf = (name: HoleName): Hole => HOLES[name];
