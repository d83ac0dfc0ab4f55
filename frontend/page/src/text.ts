import { language } from "./language.ts";

/** The same in English and in German; which one counts is known when the page is loaded. */
export function both<Sentence>(english: Sentence, german: Sentence): Sentence {
  return language === "de" ? german : english;
}

/** Every sentence of the pages, in one place. */
export const text = {
  name: "trunkline",
  tagline: both(
    "Live video, relayed from this machine.",
    "Live-Video, weitergegeben von diesem Rechner.",
  ),
  watch: {
    connecting: both("Connecting…", "Verbindung wird aufgebaut…"),
    starting: both("Waiting for the first picture…", "Warten auf das erste Bild…"),
    empty: both(
      (room: string) => `Nobody is publishing in “${room}” yet`,
      (room) => `In „${room}“ sendet noch niemand`,
    ),
    emptyOne: both(
      (room: string, participant: string) => `“${participant}” is not publishing in “${room}” yet`,
      (room, participant) => `„${participant}“ sendet noch nicht in „${room}“`,
    ),
    emptyThen: both(
      "It starts by itself as soon as somebody does. To publish, give this WHIP address to OBS or FFmpeg:",
      "Sobald jemand sendet, geht es von selbst los. Zum Senden diese WHIP-Adresse in OBS oder FFmpeg eintragen:",
    ),
    paused: both("The picture has stopped", "Das Bild steht"),
    pausedThen: both(
      "It goes on by itself when the publisher sends again.",
      "Es läuft von selbst weiter, sobald wieder gesendet wird.",
    ),
    sound: both("Sound only", "Nur Ton"),
    soundThen: both(
      "Nobody sends a picture here at the moment.",
      "Im Moment sendet hier niemand ein Bild.",
    ),
    busy: both("The relay is busy", "Das Relay ist ausgelastet"),
    busyThen: both("Trying again…", "Neuer Versuch…"),
    reconnecting: both(
      "Connection lost. Reconnecting…",
      "Verbindung verloren. Sie wird neu aufgebaut…",
    ),
    unreachable: both("No media comes through", "Bild und Ton kommen nicht durch"),
    unreachableThen: both(
      (host: string) =>
        `The relay on ${host} answers, but its media port (UDP, 8444 unless set otherwise) cannot be reached from here. A firewall is the usual reason. Trying again…`,
      (host) =>
        `Das Relay auf ${host} antwortet, aber sein Medienport (UDP, 8444, wenn nicht anders eingestellt) ist von hier nicht erreichbar. Meist liegt das an einer Firewall. Neuer Versuch…`,
    ),
    refused: both("This cannot be played here", "Das lässt sich hier nicht abspielen"),
    closed: both("Stopped", "Beendet"),
    again: both("Try again", "Noch einmal versuchen"),
    overview: both("All rooms", "Alle Räume"),
    live: both("Live", "Live"),
  },
  controls: {
    label: both("Player", "Steuerung"),
    unmute: both("Unmute", "Ton an"),
    mute: both("Mute", "Ton aus"),
    noSound: both("No sound in this stream", "Kein Ton in dieser Übertragung"),
    fullscreen: both("Full screen", "Vollbild"),
    leaveFullscreen: both("Leave full screen", "Vollbild beenden"),
    pictureInPicture: both("Picture in picture", "Bild im Bild"),
    statistics: both("Statistics", "Messwerte"),
  },
  statistics: {
    title: both("Statistics", "Messwerte"),
    picture: both("Picture", "Bild"),
    rate: both("Frames", "Bilder"),
    bitrate: both("Bit rate", "Bitrate"),
    loss: both("Loss", "Verlust"),
    codec: both("Codec", "Codec"),
    roundTrip: both("Round trip", "Laufzeit"),
    none: "–",
  },
  landing: {
    rooms: both("Live now", "Gerade live"),
    none: both("Nobody is publishing at the moment.", "Im Moment sendet niemand."),
    noneThen: both("Rooms appear here by themselves.", "Räume erscheinen hier von selbst."),
    unreachable: both(
      "The relay does not answer. Trying again…",
      "Das Relay antwortet nicht. Neuer Versuch…",
    ),
    refused: both(
      "The relay does not list its rooms for you.",
      "Das Relay zeigt seine Räume hier nicht.",
    ),
    viewers: both(
      (count: number) => (count === 1 ? "1 viewer" : `${count} viewers`),
      (count) => (count === 1 ? "1 Person sieht zu" : `${count} Personen sehen zu`),
    ),
    waiting: both("Nobody sends yet.", "Noch sendet niemand."),
    people: both(
      (count: number) => (count === 1 ? "1 person" : `${count} people`),
      (count) => (count === 1 ? "1 Person" : `${count} Personen`),
    ),
    more: both(
      (count: number) => `and ${count} more`,
      (count) => `und ${count} weitere`,
    ),
    count: both(
      (count: number) => (count === 1 ? "1 room" : `${count} rooms`),
      (count) => (count === 1 ? "1 Raum" : `${count} Räume`),
    ),
    find: both("Find a room or somebody", "Raum oder Person suchen"),
    start: both("Start or join a call", "Ein Gespräch beginnen oder dazukommen"),
    join: both("Join call", "Ins Gespräch"),
    joinShort: both("Join", "Dazukommen"),
    joinRoom: both(
      (room: string) => `Join ${room}`,
      (room) => `Dazukommen: ${room}`,
    ),
    watch: both("Watch", "Ansehen"),
    another: both("Another name", "Anderer Name"),
    status: both("Who sends what to whom", "Wer sendet was an wen"),
    api: both("Description of the API (OpenAPI)", "Beschreibung der API (OpenAPI)"),
    watchRoom: both(
      (room: string) => `Watch ${room}`,
      (room) => `Ansehen: ${room}`,
    ),
    programs: both("With other programs", "Mit anderen Programmen"),
    programsHint: both("Addresses for the room", "Adressen für den Raum"),
    publish: both("Send", "Senden"),
    receive: both("Receive", "Empfangen"),
    room: both("Room", "Raum"),
    roomHint: both(
      "Any name will do; whoever knows it can join. The room is made when somebody enters.",
      "Der Name ist frei wählbar, und wer ihn kennt, kommt hinein. Der Raum entsteht, sobald jemand eintritt.",
    ),
    badRoom: both(
      "A name has 1 to 64 characters and no slash.",
      "Ein Name hat 1 bis 64 Zeichen und keinen Schrägstrich.",
    ),
    address: both("WHIP address", "WHIP-Adresse"),
    addressHint: both(
      "For OBS (Settings, Stream, Service: WHIP), FFmpeg, or anything that speaks WHIP. A bearer token is needed only where the room has a passphrase, which it is.",
      "Für OBS (Einstellungen, Stream, Plattform: WHIP), FFmpeg und alles, was WHIP spricht. Ein Bearer-Token ist nur nötig, wenn der Raum ein Passwort hat: eben dieses.",
    ),
    command: both("With FFmpeg 8 or newer", "Mit FFmpeg ab Version 8"),
    commandTrust: both(
      "FFmpeg (from version 9) and OBS take no certificate that they do not trust, such as the one that a relay makes for itself. Then start the relay with --plain-port 8080 and publish to port 8080 with http instead of https.",
      "FFmpeg (ab Version 9) und OBS nehmen kein Zertifikat an, dem sie nicht vertrauen, also auch keines, das sich ein Relay selbst ausstellt. Dann das Relay mit --plain-port 8080 starten und mit http statt https an Port 8080 senden.",
    ),
    watchAddress: both("To watch in a browser", "Zum Ansehen im Browser"),
    whep: both("WHEP address", "WHEP-Adresse"),
    whepHint: both(
      "For players and programs that speak WHEP, GStreamer’s whepsrc for one.",
      "Für alles, was WHEP spricht, zum Beispiel whepsrc von GStreamer.",
    ),
    embed: both("In a page of your own", "In einer eigenen Seite"),
    embedHint: both(
      "One element shows everybody in the room.",
      "Ein Element zeigt alle, die im Raum sind.",
    ),
  },
  copy: {
    copy: both("Copy", "Kopieren"),
    copied: both("Copied", "Kopiert"),
    failed: both("Press Ctrl+C", "Strg+C drücken"),
  },
} as const;
