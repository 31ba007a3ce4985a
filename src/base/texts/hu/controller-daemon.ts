// Amit a `felhom controller` az indítójának mond. Magyarul.

export const controllerDaemon = {
  'command.controller': 'e vendég vezérlőjének futtatása: rendben tartja az alapszolgáltatásokat',
  'option.controller-data': 'az adatmappája (/opt/docker/felhom-controller)',
  'option.controller-bootstrap': 'amit a gazdagép közöl vele (/etc/felhom-bootstrap/bootstrap.json)',
  'option.controller-container': 'a konténer, amelyben fut; enélkül egyikben sem',
  'option.controller-listen': 'ahol az API-ja figyel (konténerben 0.0.0.0:8080, egyébként 127.0.0.1:8080)',
  'controller.listen.invalid': '{address}: ez nem cím porttal.',
  'controller.listen.invalid.hint': 'Így írható: 127.0.0.1:8080 vagy [::1]:8080.',
  'controller.path.relative': '{path}: ez nem abszolút útvonal.',
  'controller.path.relative.hint':
    'A Docker és ez a folyamat ugyanazt a mappát kell hogy értse rajta: perjellel kezdődjön.',
  'controller.locked': 'Egy másik vezérlő már használja: {path}.',
  'controller.locked.hint': 'Előbb azt kell leállítani; egy vendégnek egy vezérlője van.',
};
