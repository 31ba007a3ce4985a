// Devices that this machine gives to others over a network, as the kernel's own servers know them: LIO
// (iSCSI, Fibre Channel) and nvmet, configured through configfs. Servers that are processes (qemu-nbd,
// nbd-server) are found by their open files.
import type { Missing } from '../contracts/reading.ts';
import type { Machine } from './machine.ts';
import type { Survey } from './survey.ts';

export type ExportedDevice = { readonly path: string; readonly server: string; readonly where: string };

const LIO = '/sys/kernel/config/target/core';
const NVMET = '/sys/kernel/config/nvmet/subsystems';

export async function readExports(machine: Machine): Promise<Survey<ExportedDevice>> {
  const unread: Missing[] = [];
  const list = async (folder: string): Promise<readonly string[]> => {
    const names = await machine.listFolder(folder);
    if (names.state === 'failed') unread.push(names);
    return names.state === 'ok' ? names.value.map((name) => `${folder}/${name}`) : [];
  };
  const files: { server: string; where: string }[] = [];
  for (const adapter of await list(LIO)) {
    if (!/\/(?:iblock|fileio|pscsi|user)_\d+$/.test(adapter)) continue;
    for (const object of await list(adapter)) {
      // Only what was made by hand has no path there; its description names the file.
      for (const file of ['udev_path', 'info']) files.push({ server: 'LIO', where: `${object}/${file}` });
    }
  }
  for (const subsystem of await list(NVMET)) {
    for (const namespace of await list(`${subsystem}/namespaces`)) {
      files.push({ server: 'nvmet', where: `${namespace}/device_path` });
    }
  }
  const found: ExportedDevice[] = [];
  for (const { server, where } of files) {
    const text = await machine.readText(where);
    if (text.state === 'failed') unread.push(text);
    const words = text.state === 'ok' ? text.value : '';
    for (const path of new Set(words.match(/(?<!\S)\/dev\/\S+/g))) found.push({ path, server, where });
  }
  return { found, unread };
}
