// Words about a host's guests: commands that move them, and what the doctor says of them. Hungarian.

export const guests = {
  'command.guests-list': 'a gazdagép vendégei és legutóbbi jelentésük',
  'command.guests-start': 'elindít egy vendéget',
  'command.guests-stop': 'rendben leállít egy vendéget',
  'command.guests-reboot': 'rendben leállít egy vendéget, majd újra elindítja',
  'command.guests-enter': 'parancssor egy vendégben, a root saját pct enter parancsával',
  'guest-enter.by-hand': 'Parancssor a vendégben ({vmid}) csak rootként, terminálból nyílik: {reason}.',
  'guest-enter.by-hand.hint': 'Rootként, a gazdagép egy termináljában: {command}',
  'guest-enter.no-root': 'nem root vagy',
  'guest-enter.no-terminal': 'ez nem terminál',
  'guest-enter.no-program': 'ezen a gépen nincs {name}',
  'guest-enter.ended': 'A(z) {command} ezzel a kóddal ért véget: {code}.',
  'guest-enter.killed': 'A(z) {command} programnak ez vetett véget: {signal}.',
  'guest-enter.not-started': 'A(z) {command} nem indult el: {reason}.',
  'guest-enter.ended.hint':
    'Virtuális gépbe nem lehet így belépni: a Proxmoxban nyitható konzolja vagy SSH való erre.',
  'option.confirm-vmid': 'a vendég VMID-je még egyszer',
  'guest-act.stop.affects':
    'Leáll a vendég ({vmid}): minden, ami benne fut, megáll, amíg újra el nem indítják.',
  'guest-act.reboot.affects': 'Leáll és újraindul a vendég ({vmid}): minden, ami benne fut, megszakad.',
  'guest-act.ask': 'A folytatáshoz írd be: {word}, majd Enter; bármi más megállítja.',
  'guest-act.done': '{vmid} vendég: {status}',
  'guest-act.status.unknown': 'kész, de a Proxmox nem mondja meg, milyen állapotban van',

  'rule.guest-failing.title': 'Egy vendég bajt jelent',
  'rule.guest-failing.what.fail': 'Egy vendég hibát jelent: {vmid}',
  'rule.guest-failing.what.warn': 'Egy vendég figyelmeztet: {vmid}',
  'rule.guest-failing.what.unknown': 'Egy vendég nem tudja, hogy van: {vmid}',
  'rule.guest-failing.evidence': 'ezt jelentette: {issue}',
  'rule.guest-failing.service': '{name}: {state} {cause}',
  'rule.guest-failing.no-issue': 'okot nem nevez meg',
  'rule.guest-failing.cause':
    'A vezérlője ezt találta a vendégben, és nem tudta, vagy még nem tudta rendbe hozni.',
  'rule.guest-failing.cure':
    'Nyisd meg a konzolt a vendégben (felhom guests enter {vmid}, majd felhom), vagy: pct exec {vmid} -- felhom base status',
  'rule.guest-failing.cure.vm': 'Nyisd meg a konzolt a vendégben, vagy futtasd ott: felhom base status',

  'rule.guest-silent.title': 'Egy vendég nem jelent',
  'rule.guest-silent.what': 'Egy futó vendég ({vmid}) {age_ms} óta nem jelentett',
  'rule.guest-silent.what.never': 'Egy vendég ({vmid}) {uptime_ms} óta fut, és még sosem jelentett',
  'rule.guest-silent.what.since-start': 'Egy vendég ({vmid}) {uptime_ms} óta fut, és azóta nem jelentett',
  'rule.guest-silent.evidence': 'érvényes tokenek: {tokens}; {uptime_ms} óta fut',
  'rule.guest-silent.last': 'utolsó jelentése: {status}, ennyi ideje: {age_ms}',
  'rule.guest-silent.cause':
    'A vezérlője nem fut, nincs bootstrap.json fájlja vagy más token van benne, vagy nem éri el az ügynököt a hálózaton.',
  'rule.guest-silent.cure':
    'A vendégben (felhom guests enter {vmid}): docker ps, docker logs felhom-controller. Ha ott 401 látszik: új token (felhom tokens mint --vmid {vmid} --out FÁJL) kell a bootstrap.json fájljába.',
  'rule.guest-silent.cure.vm':
    'A vendégben: docker ps, docker logs felhom-controller. Ha ott 401 látszik: új token (felhom tokens mint --vmid {vmid} --out FÁJL) kell a bootstrap.json fájljába.',

  'rule.guest-names.title': 'Egy vendégnek több neve van',
  'rule.guest-names.what': 'Egy vendéget ({vmid}) másként hív a Proxmox, saját maga és a jelentése',
  'rule.guest-names.what.container': 'Egy vendég ({vmid}) egy konténer azonosítóját jelenti nevéül: {name}',
  'rule.guest-names.proxmox': 'a Proxmox szerint: {name}',
  'rule.guest-names.guest': 'saját maga szerint: {name}',
  'rule.guest-names.reported': 'a jelentésében: {name}',
  'rule.guest-names.cause':
    'Sablonból állították vissza, és megtartotta annak nevét, vagy csak egy helyen nevezték át.',
  'rule.guest-names.cause.container':
    'A vezérlőjét saját név nélkül indították (docker run --hostname nélkül), így a konténeréét vette fel.',
  'rule.guest-names.cure.lxc':
    'pct set {vmid} --hostname {name}, majd felhom guests reboot {vmid} --confirm {vmid}',
  'rule.guest-names.cure.qemu': 'qm set {vmid} --name {name}; a vendégben: hostnamectl set-hostname {name}',
  'rule.guest-names.cure.container':
    'Indítsd e változat bootstrap egységével, amely az ügyfél azonosítóját adja neki névként.',
} as const;
