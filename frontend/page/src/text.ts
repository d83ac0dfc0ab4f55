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
  camera: {
    none: both(
      (name: string) => `No picture from the camera “${name}”`,
      (name) => `Kein Bild von der Kamera „${name}“`,
    ),
    connecting: both("Connecting to the camera…", "Verbindung zur Kamera wird aufgebaut…"),
    again: both(
      "It is tried again by itself while this is open.",
      "Es wird von selbst wieder versucht, solange diese Seite offen ist.",
    ),
    title: both("Camera", "Kamera"),
    asItIs: both(
      (codec: string) => `${codec}, as it is`,
      (codec) => `${codec}, unverändert`,
    ),
    remade: {
      codec: both(
        (codec: string) => `${codec} → H.264, made by the relay: browsers do not show ${codec}`,
        (codec) => `${codec} → H.264, vom Relay umgewandelt: Browser zeigen ${codec} nicht`,
      ),
      order: both(
        (codec: string) => `${codec} → H.264, made by the relay: browsers show no B-frames`,
        (codec) => `${codec} → H.264, vom Relay umgewandelt: Browser zeigen keine B-Frames`,
      ),
    },
    troubles: {
      login: both(
        "The camera refuses the user name or the password that the relay has.",
        "Die Kamera lehnt Benutzernamen oder Passwort ab, die das Relay hat.",
      ),
      forbidden: both(
        "The camera does not let the relay’s user see this stream.",
        "Die Kamera gibt diesen Stream für den Benutzer des Relays nicht frei.",
      ),
      path: both(
        "The camera answers, but has no stream at the address that the relay has.",
        "Die Kamera antwortet, hat aber an der Adresse, die das Relay hat, keinen Stream.",
      ),
      setup: both(
        "The relay cannot open it as it is set up. Its operator sees why.",
        "So wie sie eingerichtet ist, kann das Relay sie nicht öffnen. Wer es betreibt, sieht, warum.",
      ),
      missing: both(
        "The file or device does not exist on the relay’s machine.",
        "Die Datei oder das Gerät gibt es auf dem Rechner des Relays nicht.",
      ),
      off: both(
        "Nothing listens at the camera’s address: it may be switched off.",
        "An der Adresse der Kamera antwortet nichts: Vielleicht ist sie ausgeschaltet.",
      ),
      silent: both(
        "The camera does not answer any more, or not in time.",
        "Die Kamera antwortet nicht oder nicht rechtzeitig.",
      ),
      unreadable: both(
        "What the camera sends is no stream that can be read.",
        "Was die Kamera sendet, ist kein lesbarer Stream.",
      ),
      unreachable: both(
        "The relay does not reach the camera over the network.",
        "Das Relay erreicht die Kamera über das Netz nicht.",
      ),
      certificate: both(
        "The camera shows another certificate than the relay was told to expect.",
        "Die Kamera zeigt ein anderes Zertifikat, als beim Relay eingetragen ist.",
      ),
      codec: both(
        "The camera sends its picture in a way that nobody here can play. Another codec can be chosen in the camera.",
        "Die Kamera sendet ihr Bild in einer Form, die hier niemand abspielen kann. In der Kamera lässt sich ein anderer Codec wählen.",
      ),
      ended: both("The camera’s stream broke off.", "Der Stream der Kamera ist abgebrochen."),
      relay: both(
        "The relay failed at this by a bug of its own.",
        "Das Relay ist daran durch einen eigenen Fehler gescheitert.",
      ),
    },
  },
  call: {
    title: both("Join the call", "Am Gespräch teilnehmen"),
    room: both("Room", "Raum"),
    name: both("Your name", "Name"),
    passphrase: both("Passphrase of the room", "Passphrase des Raums"),
    badName: both(
      "Type a name: 1 to 64 characters and no slash.",
      "Bitte einen Namen eingeben: 1 bis 64 Zeichen, kein Schrägstrich.",
    ),
    join: both("Join", "Teilnehmen"),
    joining: both("Joining…", "Verbindung wird aufgebaut…"),
    joinWithout: both("Join without camera and microphone", "Ohne Kamera und Mikrofon teilnehmen"),
    joinAsViewer: both("Only watch and listen", "Nur zusehen und zuhören"),
    preview: both("Your picture", "Eigenes Bild"),
    asking: both(
      "The browser asks for your camera and microphone. Allow them to be seen and heard.",
      "Der Browser fragt nach Kamera und Mikrofon. Nach der Freigabe sind Bild und Ton bereit.",
    ),
    cameraIsOff: both("Your camera is off", "Die Kamera ist aus"),
    camera: both("Camera", "Kamera"),
    microphone: both("Microphone", "Mikrofon"),
    speaker: both("Speaker", "Lautsprecher"),
    standard: both("As the browser chooses", "Wie vom Browser vorgegeben"),
    nth: both(
      (kind: string, number: number) => `${kind} ${number}`,
      (kind, number) => `${kind} ${number}`,
    ),
    level: both("Microphone level", "Mikrofonpegel"),
    asksPassphrase: both(
      "This room has a passphrase. Whoever invited you knows it.",
      "Dieser Raum hat eine Passphrase. Wer eingeladen hat, kennt sie.",
    ),
    again: both("Try again", "Noch einmal versuchen"),
    troubles: {
      insecure: both(
        "Browsers open cameras and microphones only on pages with https. Open this page with https to be seen and heard; watching and listening works here, too.",
        "Browser geben Kamera und Mikrofon nur auf Seiten mit https frei. Mit https geöffnet sind Bild und Ton möglich; zusehen und zuhören geht auch hier.",
      ),
      refused: {
        both: both(
          "The browser does not let this page use your camera and microphone. Allow them by the symbol beside the address, then try again.",
          "Der Browser gibt Kamera und Mikrofon für diese Seite nicht frei. Über das Symbol neben der Adresse lassen sie sich erlauben; danach noch einmal versuchen.",
        ),
        camera: both(
          "The browser does not let this page use your camera. Allow it by the symbol beside the address, then try again.",
          "Der Browser gibt die Kamera für diese Seite nicht frei. Über das Symbol neben der Adresse lässt sie sich erlauben; danach noch einmal versuchen.",
        ),
        microphone: both(
          "The browser does not let this page use your microphone. Allow it by the symbol beside the address, then try again.",
          "Der Browser gibt das Mikrofon für diese Seite nicht frei. Über das Symbol neben der Adresse lässt es sich erlauben; danach noch einmal versuchen.",
        ),
      },
      missing: {
        both: both(
          "No camera and no microphone were found. Plug one in, or join without.",
          "Weder Kamera noch Mikrofon gefunden. Eines anschließen oder ohne teilnehmen.",
        ),
        camera: both(
          "No camera was found. The others can hear you all the same.",
          "Keine Kamera gefunden. Zu hören ist man trotzdem.",
        ),
        microphone: both(
          "No microphone was found. The others can see you, but not hear you.",
          "Kein Mikrofon gefunden. Die anderen sehen nur das Bild und hören nichts.",
        ),
      },
      busy: {
        both: both(
          "Camera and microphone cannot be opened: another program may be using them. Close it, then try again.",
          "Kamera und Mikrofon lassen sich nicht öffnen: Vielleicht benutzt sie ein anderes Programm. Das schließen und noch einmal versuchen.",
        ),
        camera: both(
          "The camera cannot be opened: another program may be using it. Close that, then try again.",
          "Die Kamera lässt sich nicht öffnen: Vielleicht benutzt sie ein anderes Programm. Das schließen und noch einmal versuchen.",
        ),
        microphone: both(
          "The microphone cannot be opened: another program may be using it. Close that, then try again.",
          "Das Mikrofon lässt sich nicht öffnen: Vielleicht benutzt es ein anderes Programm. Das schließen und noch einmal versuchen.",
        ),
      },
      lost: {
        both: both(
          "Camera and microphone were unplugged.",
          "Kamera und Mikrofon wurden abgezogen.",
        ),
        camera: both("The camera was unplugged.", "Die Kamera wurde abgezogen."),
        microphone: both("The microphone was unplugged.", "Das Mikrofon wurde abgezogen."),
      },
    },
    refusals: {
      passphrase: both(
        "This is not the room's passphrase.",
        "Das ist nicht die richtige Passphrase.",
      ),
      locked: both(
        "The room is locked: nobody is let in at the moment.",
        "Der Raum ist abgeschlossen: Im Moment kommt niemand hinein.",
      ),
      full: both("The room is full.", "Der Raum ist voll."),
      unreachable: both(
        "The relay does not answer. Check your connection, then try again.",
        "Das Relay antwortet nicht. Bitte die Verbindung prüfen und noch einmal versuchen.",
      ),
      stopped: both(
        "The relay stops at this moment. Try again soon.",
        "Das Relay wird gerade beendet. Bitte gleich noch einmal versuchen.",
      ),
    },
    failures: {
      "no-media-path": both(
        "Sound and pictures do not get through: the relay's media port cannot be reached from here, mostly because of a firewall. Trying on…",
        "Bild und Ton kommen nicht durch: Der Medienport des Relays ist von hier nicht erreichbar, meist wegen einer Firewall. Es wird weiter versucht…",
      ),
      "too-often": both(
        "That was too fast: wait a moment, then write again.",
        "Das ging zu schnell: kurz warten, dann weiterschreiben.",
      ),
    },
    notSent: both(
      (reason: string) => `This could not be sent: ${reason}`,
      (reason) => `Das konnte nicht gesendet werden: ${reason}`,
    ),
    came: both(
      (name: string) => `${name} has joined`,
      (name) => `${name} ist jetzt dabei`,
    ),
    left: both(
      (name: string) => `${name} has left`,
      (name) => `${name} ist gegangen`,
    ),
    hand: both(
      (name: string) => `${name} raises a hand`,
      (name) => `${name} meldet sich`,
    ),
    many: {
      came: both(
        (count: number) => `${count} people have joined`,
        (count) => `${count} Personen sind jetzt dabei`,
      ),
      left: both(
        (count: number) => `${count} people have left`,
        (count) => `${count} Personen sind gegangen`,
      ),
      hand: both(
        (count: number) => `${count} people raise their hands`,
        (count) => `${count} Personen melden sich`,
      ),
    },
    said: both(
      (name: string, line: string) => `${name}: ${line}`,
      (name, line) => `${name}: ${line}`,
    ),
    you: both("You", "Du"),
    youAre: both(
      (name: string) => `${name} (you)`,
      (name) => `${name} (du)`,
    ),
    screenOf: both(
      (name: string) => `Screen of ${name}`,
      (name) => `Bildschirm von ${name}`,
    ),
    stage: both("Participants", "Teilnehmende"),
    alone: both("Nobody else is here", "Sonst ist niemand da"),
    aloneThen: both("Send this address to those who shall come:", "Diese Adresse lädt andere ein:"),
    invitation: both("Invitation", "Einladung"),
    copyInvitation: both("Copy the invitation", "Einladung kopieren"),
    copied: both(
      "The invitation is copied: paste it wherever you like",
      "Die Einladung ist kopiert und kann überall eingefügt werden",
    ),
    notCopied: both(
      (address: string) => `The browser does not copy here. The address is ${address}`,
      (address) => `Der Browser kopiert hier nicht. Die Adresse ist ${address}`,
    ),
    people: both("People", "Personen"),
    count: both(
      (count: number) => (count === 1 ? "1 person" : `${count} people`),
      (count) => (count === 1 ? "1 Person" : `${count} Personen`),
    ),
    watching: both("only watching", "sieht nur zu"),
    state: {
      muted: both("Microphone off", "Mikrofon aus"),
      speaking: both("Speaks", "Spricht"),
      hand: both("Hand raised", "Meldet sich"),
      away: both("Connection lost", "Verbindung verloren"),
      stalled: both("The picture has stopped", "Das Bild steht"),
      codec: both(
        "This browser cannot play the picture",
        "Dieser Browser kann das Bild nicht abspielen",
      ),
    },
    pin: both(
      (name: string) => `Show ${name} large`,
      (name) => `${name} groß anzeigen`,
    ),
    unpin: both(
      (name: string) => `Show ${name} like all others`,
      (name) => `${name} wie alle anderen anzeigen`,
    ),
    float: both(
      (name: string) => `${name}: picture in picture`,
      (name) => `${name}: Bild im Bild`,
    ),
    pages: both("Pages", "Seiten"),
    page: both(
      (page: number, pages: number) => `Page ${page} of ${pages}`,
      (page, pages) => `Seite ${page} von ${pages}`,
    ),
    previous: both("Previous page", "Vorherige Seite"),
    next: both("Next page", "Nächste Seite"),
    controls: both("Call", "Gespräch"),
    mute: both("Turn the microphone off", "Mikrofon ausschalten"),
    unmute: both("Turn the microphone on", "Mikrofon einschalten"),
    cameraOff: both("Turn the camera off", "Kamera ausschalten"),
    cameraOn: both("Turn the camera on", "Kamera einschalten"),
    share: both("Share your screen", "Bildschirm teilen"),
    unshare: both("Stop sharing your screen", "Bildschirm nicht mehr teilen"),
    sharing: both("You share your screen: stop", "Dein Bildschirm wird geteilt: beenden"),
    raiseHand: both("Raise your hand", "Melden"),
    lowerHand: both("Lower your hand", "Nicht mehr melden"),
    chat: both("Chat", "Chat"),
    unread: both(
      (count: number) => (count === 1 ? "Chat, 1 new line" : `Chat, ${count} new lines`),
      (count) => (count === 1 ? "Chat, 1 neue Zeile" : `Chat, ${count} neue Zeilen`),
    ),
    more: both("More", "Mehr"),
    settings: both("Devices", "Geräte"),
    statistics: both("Statistics", "Messwerte"),
    pictureInPicture: both("Picture in picture", "Bild im Bild"),
    fullscreen: both("Full screen", "Vollbild"),
    leaveFullscreen: both("Leave full screen", "Vollbild beenden"),
    help: both("Keyboard", "Tastatur"),
    leave: both("Leave", "Verlassen"),
    close: both("Close", "Schließen"),
    closePanel: both("Close chat or people", "Chat oder Personen schließen"),
    write: both("Write to everybody", "Nachricht an alle"),
    send: both("Send", "Senden"),
    noLines: both("Nobody has written anything yet.", "Noch hat niemand etwas geschrieben."),
    reconnecting: both(
      "Connection lost. You will be back by yourself…",
      "Verbindung verloren. Sie wird von selbst neu aufgebaut…",
    ),
    blocked: both("Click to hear the others", "Klicken, um die anderen zu hören"),
    shortcuts: both("Single keys do this:", "Einzelne Tasten bewirken:"),
    shortcutsOn: both("Single keys do something", "Einzelne Tasten bewirken etwas"),
    over: both("You have left the call", "Du hast das Gespräch verlassen"),
    thrownOut: both("The call is over for you", "Das Gespräch ist für dich beendet"),
    elsewhere: both(
      "The call goes on in another window.",
      "Das Gespräch geht in einem anderen Fenster weiter.",
    ),
    joinAgain: both("Join again", "Wieder teilnehmen"),
    allRooms: both("All rooms", "Alle Räume"),
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
    layer: both("Size", "Größe"),
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
    servers: both("Trunks and cameras", "Verbindungen und Kameras"),
    docs: both("Guide", "Anleitung (Englisch)"),
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
      "Any name will do. The room is made when somebody enters, and is then listed below.",
      "Der Name ist frei wählbar. Der Raum entsteht, sobald jemand eintritt, und steht dann unten in der Liste.",
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
