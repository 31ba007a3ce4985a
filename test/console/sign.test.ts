// From a guest's request to a formatted disk, as a technician does it in the console: a real agent, a real
// ssh-agent, a real disk with data on it.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { parseApproval } from '../../src/contracts/approval-payload.ts';
import { blkid, digestOf, endOf, lendDisk, operationOf, type LentDisk } from '../agent/lent-disk.ts';
import { runAgent, type RunningAgent } from '../agent/running-agent.ts';
import { forgetPartitions, makeFolder, run, whyNoLoop } from '../host/loop-device.ts';
import { allowLine, makeKey, signByKeygen } from '../signing/keys.ts';
import { startSshAgent } from '../signing/real-ssh-agent.ts';
import { writeTrust } from '../signing/trust-folder.ts';
import { openTerminal, type Terminal } from '../terminal/terminal.ts';

const why = whyNoLoop('mkfs.ext4', 'setpriv', 'curl', 'ssh-agent', 'ssh-keygen');
const WAIT_MS = 30_000;
/** What is typed sooner after a question appeared is nobody's answer. */
const READ_MS = 500;

type Setting = {
  readonly agent: RunningAgent;
  readonly disk: LentDisk;
  readonly id: string;
  readonly word: string;
  readonly key: ReturnType<typeof makeKey>;
};

/** A disk with a file on it, that a guest asked to have formatted. */
async function askedByGuest(label = 'backup', megabytes = 64): Promise<Setting> {
  const disk = lendDisk(megabytes);
  forgetPartitions(disk.device);
  run('mkfs.ext4', '-q', '-L', label, disk.device);
  run('blockdev', '--flushbufs', disk.device);
  const key = makeKey('ed25519');
  const agent = await runAgent({ disks: { allow_loop: true, auto_scan: false } });
  writeTrust({ allowed: allowLine('anna', key.line) }, agent.folder);
  const { headerFile } = await agent.mint(9200);
  const ask = { vmid: 9200, device: disk.device, fstype: 'ext4' };
  const asked = agent.curl(headerFile, 'POST', '/disks/format', ask);
  expect(asked).toMatchObject({ status: 403, body: { code: 'E_PENDING_SIGNATURE' } });
  const id = String(Object(asked.body).pending_op.id);
  const { body } = await agent.ask('GET', `/operations/${id}`);
  return { agent, disk, id, word: String(operationOf(body)['confirm_word']), key };
}

function openPending(
  { agent }: Setting,
  socket = '',
  size: { cols: number; rows: number } = { cols: 80, rows: 24 },
) {
  return openTerminal({
    args: ['--lang', 'en', '--source', `agent:${agent.rootSocket}`, '--screen', 'pending'],
    env: { SSH_AUTH_SOCK: socket },
    ...size,
  });
}

async function typeWord(terminal: Terminal, word: string): Promise<void> {
  await sleep(READ_MS);
  terminal.press(...Array.from(word));
  await terminal.waitFor(new RegExp(`> ${word}`), WAIT_MS);
  await sleep(50);
  terminal.press('Enter');
}

/** Runs it from the view, and compares the disk with what was signed. */
async function runToTheEnd(terminal: Terminal, { agent, disk, id, word }: Setting): Promise<void> {
  await terminal.waitFor(/Signed by anna with ssh-ed25519/, WAIT_MS);
  await terminal.waitFor(new RegExp(`Type ${word} and press Enter to run it now`), WAIT_MS);
  await typeWord(terminal, word);
  await terminal.waitFor(/It is done: the new ext4 was made/, WAIT_MS);
  await terminal.waitFor(/Ledger no\. \d+, op\.done/, WAIT_MS);
  const ended = await endOf(agent, id);
  expect(ended).toMatchObject({ state: 'done' });
  expect(blkid(disk.device, 'UUID')).toBe(ended['fs_uuid']);
  expect(blkid(disk.device, 'LABEL')).toBe('');
  const { body } = await agent.ask('GET', '/ledger');
  expect(body).toMatchObject({ intact: true });
  const records: readonly Record<string, unknown>[] = Object(body).records;
  const last = records.find(({ what, subject }) => what === 'op.done' && subject === id);
  expect(terminal.text().replaceAll(/\s/g, '')).toContain(String(last?.['hash']));
}

describe.skipIf(why !== undefined)('A technician in the console', () => {
  test('signs with the forwarded ssh-agent: S, b, word, Enter; runs: word, Enter', async () => {
    const setting = await askedByGuest();
    const sshAgent = await startSshAgent();
    sshAgent.add([setting.key.path]);
    const before = digestOf(setting.disk.device);
    await using terminal = openPending(setting, sshAgent.socket);
    await terminal.waitFor(/waiting +\/dev\/loop\d+/, WAIT_MS);
    terminal.press('S');
    await terminal.waitFor(/label backup/, WAIT_MS);
    terminal.press('b');
    await terminal.waitFor(/usable +anna +ssh-ed25519/, WAIT_MS);
    await typeWord(terminal, setting.word);
    await terminal.waitFor(/Approved: it can be run/, WAIT_MS);
    // Approving writes nothing.
    expect(digestOf(setting.disk.device)).toBe(before);
    await runToTheEnd(terminal, setting);
  }, 120_000);

  test('signs offline: prints the bytes on the main screen, pastes the signature', async () => {
    const setting = await askedByGuest();
    await using terminal = openPending(setting);
    await terminal.waitFor(/waiting +\/dev\/loop\d+/, WAIT_MS);
    terminal.press('S');
    await terminal.waitFor(/EVERYTHING on this disk is lost/, WAIT_MS);
    terminal.press('c');
    await terminal.waitFor(/paste the signature/, WAIT_MS);
    terminal.resize(80, 60);
    await terminal.waitForQuiet();
    terminal.press('p');
    await terminal.waitFor(/Enter goes back to the console/, WAIT_MS);
    expect(terminal.alternate()).toBe(false);
    // As a technician copies it, run by a shell elsewhere.
    const printed = terminal.screen();
    const from = printed.findIndex((row) => row.startsWith('base64 -d'));
    const to = printed.findIndex((row) => row.trimEnd() === 'END');
    const folder = makeFolder();
    run(
      'sh',
      '-c',
      `cd ${folder} && ${printed
        .slice(from, to + 1)
        .map((row) => row.trimEnd())
        .join('\n')}\n`,
    );
    const message = readFileSync(`${folder}/op.json`, 'utf8');
    expect(parseApproval(message)?.op_id).toBe(setting.id);
    // What is typed or pasted there does nothing.
    terminal.type('wy jq\rb');
    await terminal.waitForQuiet();
    expect(terminal.alternate()).toBe(false);
    terminal.press('Enter');
    await terminal.waitFor(/Then paste the signature here/, WAIT_MS);
    expect(terminal.alternate()).toBe(true);
    await expect.poll(() => terminal.bracketedPaste()).toBe(true);
    terminal.paste('not a signature');
    await terminal.waitFor(/Lines pasted: 1\. Enter/, WAIT_MS);
    terminal.press('Enter');
    await terminal.waitFor(/E_SIG_ARMOR/, WAIT_MS);
    await sleep(READ_MS);
    terminal.press('Esc');
    await terminal.waitFor(/> +paste the signature/, WAIT_MS);
    terminal.paste(signByKeygen(setting.key, message).replaceAll('\n', '\r'));
    await terminal.waitFor(/Lines pasted: \d\. Enter hands them in/, WAIT_MS);
    terminal.press('Enter');
    await runToTheEnd(terminal, setting);
  }, 120_000);

  test('sees a signature arrive that was handed in elsewhere, and goes on', async () => {
    const setting = await askedByGuest();
    const { agent, id, key } = setting;
    await using terminal = openPending(setting);
    await terminal.waitFor(/waiting +\/dev\/loop\d+/, WAIT_MS);
    terminal.press('S');
    await terminal.waitFor(/EVERYTHING on this disk is lost/, WAIT_MS);
    terminal.press('a');
    await terminal.waitFor(new RegExp(`felhom op bytes ${id}`), WAIT_MS);
    const { body } = await agent.ask('POST', `/operations/${id}/bytes`, {});
    const signature = signByKeygen(key, String(Object(body).message));
    const submitted = await agent.ask('POST', `/operations/${id}/submit`, { signature });
    expect(submitted.status).toBe(200);
    await runToTheEnd(terminal, setting);
  }, 120_000);

  test('leaves a run by closing the console, which finds it again', async () => {
    const setting = await askedByGuest('backup', 3000);
    const { agent, id, key, word } = setting;
    const { body } = await agent.ask('POST', `/operations/${id}/bytes`, {});
    const signature = signByKeygen(key, String(Object(body).message));
    await agent.ask('POST', `/operations/${id}/submit`, { signature });
    {
      await using first = openPending(setting);
      await first.waitFor(/approved +\/dev\/loop\d+/, WAIT_MS);
      first.press('S');
      await first.waitFor(new RegExp(`Type ${word}`), WAIT_MS);
      await typeWord(first, word);
      await first.waitFor(/It runs/, WAIT_MS);
    }
    await using again = openPending(setting);
    await again.waitFor(/(?:running|done) +\/dev\/loop\d+/, WAIT_MS);
    again.press('S');
    await again.waitFor(/It runs|it is over/, WAIT_MS);
    expect(await endOf(agent, id)).toMatchObject({ state: 'done' });
  }, 120_000);

  test('keeps the view while the agent is away, does nothing meanwhile, and goes on after', async () => {
    const setting = await askedByGuest();
    const { agent, word, key } = setting;
    const sshAgent = await startSshAgent();
    sshAgent.add([key.path]);
    await using terminal = openPending(setting, sshAgent.socket);
    await terminal.waitFor(/waiting +\/dev\/loop\d+/, WAIT_MS);
    terminal.press('S');
    await terminal.waitFor(/label backup/, WAIT_MS);
    terminal.press('b');
    await terminal.waitFor(/usable +anna/, WAIT_MS);
    process.kill(agent.pid(), 'SIGSTOP');
    try {
      await terminal.waitFor(/Nothing is done now: the agent has not answered/, WAIT_MS);
      terminal.press(...Array.from(word), 'Enter');
      await sleep(READ_MS);
      expect(terminal.text()).toMatch(/label backup/);
    } finally {
      process.kill(agent.pid(), 'SIGCONT');
    }
    await terminal.waitFor(/press Enter to sign as anna/, WAIT_MS);
    // Nothing was signed meanwhile: the word stands there still.
    expect(operationOf((await agent.ask('GET', `/operations/${setting.id}`)).body)).toMatchObject({
      state: 'pending',
      approvals: [],
    });
    terminal.press('Ctrl+u');
    await typeWord(terminal, word);
    await terminal.waitFor(/Approved: it can be run/, WAIT_MS);
  }, 120_000);

  test.each(['SIGTERM', 'SIGHUP'] as const)(
    '%s on the main screen gives the terminal back',
    async (signal) => {
      const setting = await askedByGuest();
      await using terminal = openPending(setting);
      await terminal.waitFor(/waiting +\/dev\/loop\d+/, WAIT_MS);
      terminal.press('S');
      await terminal.waitFor(/EVERYTHING on this disk is lost/, WAIT_MS);
      terminal.press('c');
      await terminal.waitFor(/paste the signature/, WAIT_MS);
      terminal.press('p');
      await terminal.waitFor(/Enter goes back to the console/, WAIT_MS);
      terminal.signal(signal);
      expect(await terminal.exited).toMatchObject({ code: signal === 'SIGTERM' ? 143 : 129 });
      expect(terminal.alternate()).toBe(false);
      expect(terminal.bracketedPaste()).toBe(false);
    },
    120_000,
  );

  test('a label with escape sequences changes no cell beyond its own field', async () => {
    const plain = await askedByGuest('x'.repeat(16));
    // As blkid(8) tells it, and as a mark where it does not.
    const evil = await askedByGuest('\u001b[31m\u001b[2J\u202e\u001b[H');
    const screens: (readonly string[])[] = [];
    for (const setting of [plain, evil]) {
      await using terminal = openPending(setting, '', { cols: 160, rows: 50 });
      await terminal.waitFor(/waiting +\/dev\/loop\d+/, WAIT_MS);
      terminal.press('S');
      await terminal.waitFor(/How to sign it/, WAIT_MS);
      await terminal.waitForQuiet(300);
      screens.push(terminal.screen());
      expect(terminal.screen()[0]).toMatch(/^ felhom /);
    }
    const [one = [], other = []] = screens;
    expect(other.join('\n')).toMatch(/label \^\[\[31m\^\[\[2J/);
    // Names, numbers and times are other ones; where the fields begin and what they are called is the same.
    const names = (rows: readonly string[]) =>
      rows
        .slice(
          rows.findIndex((row) => row.startsWith('EVERYTHING')),
          rows.findIndex((row) => row.startsWith(' w Quick')),
        )
        .map((row) => row.slice(0, 16));
    expect(names(other)).toHaveLength(24);
    expect(names(other)).toEqual(names(one));
  }, 120_000);
});
