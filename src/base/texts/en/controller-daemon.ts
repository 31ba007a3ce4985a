// What `felhom controller` says to whoever starts it. English.

export const controllerDaemon = {
  'command.controller': "run this guest's controller: it keeps the base stack as it should be",
  'option.controller-data': 'its data folder (/opt/docker/felhom-controller)',
  'option.controller-bootstrap': 'what the host tells it (/etc/felhom-bootstrap/bootstrap.json)',
  'option.controller-container': 'the container that it runs in; without it, it runs in none',
  'option.controller-listen': 'where its API listens (in a container 0.0.0.0:8080, else 127.0.0.1:8080)',
  'controller.listen.invalid': '{address} is no address with a port.',
  'controller.listen.invalid.hint': 'Write it like 127.0.0.1:8080, or [::1]:8080.',
  'controller.path.relative': '{path} is no absolute path.',
  'controller.path.relative.hint':
    'Docker and this process must mean the same folder: begin it with a slash.',
  'controller.locked': 'Another controller works with {path}.',
  'controller.locked.hint': 'Stop it first; one guest has one controller.',
};
