// Where a controller's own files are. Without its schemas: whoever only looks whether there is one loads no zod.

export const DEFAULT_BOOTSTRAP = '/etc/felhom-bootstrap/bootstrap.json';
/** In the controller's container a named volume, outside of it a folder. */
export const DEFAULT_DATA_FOLDER = '/opt/docker/felhom-controller';
export const CONTROLLER_PORT = 8080;
/** Below the data folder. */
export const CONTROLLER_FILES = {
  config: 'controller.yaml',
  socket: 'controller.sock',
  token: 'api-token',
  /** Archives of images, by `docker save`. */
  images: 'images',
} as const;
