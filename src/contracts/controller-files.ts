// Where a controller's own files are. Without its schemas: whoever only looks whether there is one loads no zod.

export const DEFAULT_BOOTSTRAP = '/etc/felhom-bootstrap/bootstrap.json';
/** In the controller's container a named volume, outside of it a folder. */
export const DEFAULT_DATA_FOLDER = '/opt/docker/felhom-controller';
/** The same inside of the container and outside: Docker resolves what it mounts where Docker runs. */
export const DEFAULT_STACKS_DIR = '/opt/docker/stacks';
export const CONTROLLER_PORT = 8080;
/** Below the data folder. */
export const CONTROLLER_FILES = {
  lock: 'lock',
  config: 'controller.yaml',
  socket: 'controller.sock',
  token: 'api-token',
  ledger: 'ledger.jsonl',
  /** Pauses, back-offs, versions that were taken back, which stacks folder is ours. */
  memory: 'memory.json',
  /** Filebrowser's first one for `admin`, and what it signs its sessions with. */
  filebrowserPassword: 'filebrowser-password',
  filebrowserKey: 'filebrowser-key',
  /** The newest records of the host's ledger. */
  anchors: 'agent-anchors.json',
  /** Archives of images, by `docker save`. */
  images: 'images',
} as const;
