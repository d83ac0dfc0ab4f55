import { statusText } from "./status-text.ts";
import { both, text } from "./text.ts";

/** Every sentence of the page /servers. */
export const serversText = {
  title: text.landing.servers,
  home: statusText.home,
  status: text.landing.status,
  unreachable: text.landing.unreachable,
  loading: statusText.loading,
  nothing: both(
    "This relay has neither trunks nor cameras to offer.",
    "Dieses Relay bietet weder Verbindungen noch Kameras.",
  ),
  deeds: {
    added: both("Added.", "Hinzugefügt."),
    changed: both("Changed.", "Geändert."),
    removed: both("Removed.", "Entfernt."),
  },
  trunks: {
    title: both("Other relays", "Andere Relays"),
    hint: both(
      "A trunk joins the rooms of two relays: what is watched there is sent once, and handed on there.",
      "Eine Verbindung fasst die Räume zweier Relays zusammen: Was dort jemand ansieht, wird einmal gesendet und dort verteilt.",
    ),
    none: both("There are no trunks yet.", "Noch gibt es keine Verbindungen."),
    add: both("Add a relay", "Relay hinzufügen"),
    addTitle: both("A trunk with another relay", "Verbindung mit einem anderen Relay"),
  },
  cameras: {
    title: both("Cameras", "Kameras"),
    hint: both(
      "The relay fetches them itself, and shows each as a participant of a room.",
      "Das Relay holt sie selbst und zeigt jede als Teilnehmende eines Raums.",
    ),
    none: both("There are no cameras yet.", "Noch gibt es keine Kameras."),
    add: both("Add a camera", "Kamera hinzufügen"),
    addTitle: both("A camera", "Kamera"),
  },
  nearby: {
    title: both("Found on the local network", "Im lokalen Netz gefunden"),
    add: both(
      (name: string) => `Add ${name}`,
      (name) => `${name} hinzufügen`,
    ),
  },
  trunkStates: {
    connecting: both("Connecting…", "Verbindung wird aufgebaut…"),
    up: both("Connected", "Verbunden"),
    silent: both("Connected, but silent", "Verbunden, aber verstummt"),
    waiting: both("Not connected, trying again", "Nicht verbunden, neuer Versuch folgt"),
    refused: both("Refused", "Abgelehnt"),
  },
  cameraStates: {
    idle: both("Ready, nobody watches", "Bereit, niemand sieht zu"),
    connecting: both("Connecting…", "Verbindung wird aufgebaut…"),
    live: both("Live", "Live"),
    waiting: both("Not connected, trying again", "Nicht verbunden, neuer Versuch folgt"),
    failed: both("Does not work", "Funktioniert nicht"),
  },
  original: both(
    "an original Umbrella relay, in the room default",
    "ein originales Umbrella-Relay, im Raum default",
  ),
  byUs: both("by this relay", "von diesem Relay"),
  byThem: both("by the other one", "vom anderen"),
  facts: {
    dialled: both("Dialled", "Aufgebaut"),
    since: both("Since", "Seit"),
    software: both("Software", "Software"),
    roundTrip: both("Round trip", "Laufzeit"),
    sends: both("Sends", "Sendet"),
    receives: both("Receives", "Empfängt"),
    heldBack: both("Pictures held back", "Zurückgehaltene Bilder"),
    rooms: both("Rooms", "Räume"),
    room: both("Room", "Raum"),
    picture: both("Picture", "Bild"),
    sound: both("Sound", "Ton"),
    doing: both("Does", "Macht"),
    restarts: both("Restarts", "Neustarts"),
  },
  tracks: both(
    (count: number) => (count === 1 ? "1 track" : `${count} tracks`),
    (count) => (count === 1 ? "1 Spur" : `${count} Spuren`),
  ),
  edit: both("Change", "Ändern"),
  editOf: both(
    (name: string) => `Change ${name}`,
    (name) => `${name} ändern`,
  ),
  remove: both("Remove", "Entfernen"),
  removeOf: both(
    (name: string) => `Remove ${name}`,
    (name) => `${name} entfernen`,
  ),
  sure: both(
    (name: string) => `Remove ${name} for good?`,
    (name) => `${name} endgültig entfernen?`,
  ),
  keep: both("Keep", "Behalten"),
  save: both("Save", "Speichern"),
  cancel: both("Cancel", "Abbrechen"),
  more: both("More", "Mehr"),
  failed: {
    unreachable: both(
      "The relay does not answer: nothing was changed.",
      "Das Relay antwortet nicht: Nichts wurde geändert.",
    ),
    missing: both(
      "It is not there any more: somebody else has removed it.",
      "Das gibt es nicht mehr: Jemand anders hat es entfernt.",
    ),
    operator: both(
      "This needs the operator’s token: type it in below.",
      "Dazu ist das Betreiber-Token nötig: Es kann unten eingegeben werden.",
    ),
  },
  operator: {
    title: both("For the operator", "Für den Betrieb"),
    hint: both(
      "Changes need the operator’s token, unless this page is opened on the relay’s own machine. The relay told it when it was first started, and keeps it in the file operator-token of its state folder.",
      "Zum Ändern ist das Betreiber-Token nötig, außer auf dem Rechner des Relays selbst. Das Relay hat es beim ersten Start genannt und bewahrt es in der Datei operator-token seines Zustandsordners auf.",
    ),
    only: both(
      "Only the operator sees this: type in the operator’s token below.",
      "Das ist nur mit dem Betreiber-Token zu sehen, das unten eingegeben werden kann.",
    ),
    token: statusText.operator.token,
    use: both("Use it", "Verwenden"),
    forget: both("Forget the token", "Token vergessen"),
    known: both("The token is known in this tab.", "Das Token ist in diesem Tab bekannt."),
  },
  fields: {
    trunkUrl: both("Address", "Adresse"),
    trunkUrlHint: both(
      "https://relay.example, or the name of a machine on the local network as box.local",
      "https://relay.example oder der Name eines Rechners im lokalen Netz wie box.local",
    ),
    secret: both("Secret", "Geheimnis"),
    secretHint: both(
      "What trunk_secret is over there. Left empty, it stays as it is.",
      "Was dort trunk_secret ist. Bleibt das Feld leer, bleibt es, wie es ist.",
    ),
    fingerprint: both("Fingerprint of its certificate", "Fingerabdruck des Zertifikats"),
    fingerprintHint: both(
      "SHA-256, for a relay whose certificate is its own.",
      "SHA-256, für ein Relay mit selbst ausgestelltem Zertifikat.",
    ),
    insecure: both("Take any certificate", "Jedes Zertifikat annehmen"),
    rooms: both("Rooms, one in each line", "Räume, einer je Zeile"),
    roomsHint: both(
      "Empty: all that have no passphrase.",
      "Leer: alle, die keine Passphrase haben.",
    ),
    send: both("Send to it", "Dorthin senden"),
    receive: both("Receive from it", "Von dort empfangen"),
    kbps: both("At most kbit/s", "Höchstens kbit/s"),
    layer: both(
      "Largest simulcast layer (0 is the smallest)",
      "Größte Simulcast-Stufe (0: kleinste)",
    ),
    cameraUrl: both("Address", "Adresse"),
    cameraUrlHint: both(
      "rtsp://user:password@192.168.1.20/stream. The password is not shown again, and stays if it is left out.",
      "rtsp://name:passwort@192.168.1.20/stream. Das Passwort wird nicht wieder gezeigt und bleibt, wenn es fehlt.",
    ),
    name: both("Name", "Name"),
    room: both("Room", "Raum"),
    sub: both("Address of a smaller picture", "Adresse eines kleineren Bildes"),
    mode: both("Fetched", "Wird geholt"),
    modes: {
      "on-demand": both("while somebody watches", "solange jemand zusieht"),
      always: both("always", "immer"),
    },
    transport: both("By", "Über"),
    transports: { "": both("what works", "was geht"), tcp: "TCP", udp: "UDP" },
    certificate: both("Certificate file", "Zertifikatsdatei"),
    certificateHint: both(
      "On the relay’s machine (PEM): of the camera, or of who signed its own. Without it the camera’s certificate is not checked.",
      "Auf dem Rechner des Relays (PEM): das Zertifikat der Kamera oder dessen, der es ausgestellt hat. Ohne wird das der Kamera nicht geprüft.",
    ),
    loop: both("Begin a file anew at its end", "Eine Datei am Ende von vorn beginnen"),
  },
} as const;
