import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type RoomCamera, troubleOf } from "../store/cameras.ts";
import { type Place, programBase, whipAddress } from "../store/place.ts";
import { readRooms } from "../store/rooms.ts";
import type { Stage } from "../store/stage.ts";
import { text } from "../text.ts";
import { Copy } from "./copy.tsx";

/** Where a camera may be why. */
const TROUBLED: ReadonlySet<Stage["kind"]> = new Set(["starting", "paused", "sound"]);

/** Says what is going on whenever no moving picture says it. */
export function Message({
  stage,
  camera,
  place,
  again,
}: {
  stage: Stage;
  /** Whose picture it is, if it is that of a camera. */
  camera: RoomCamera | undefined;
  place: Place;
  again: () => void;
}) {
  const words = text.watch;
  const trouble = TROUBLED.has(stage.kind) ? troubleOf(camera) : undefined;
  if (camera !== undefined && trouble !== undefined) {
    return <Card title={text.camera.none(camera.name)} body={`${trouble} ${text.camera.again}`} />;
  }
  switch (stage.kind) {
    case "playing":
      return null;
    case "connecting":
      return <Waiting title={words.connecting} />;
    case "starting":
      return (
        <Waiting title={camera?.state === "connecting" ? text.camera.connecting : words.starting} />
      );
    case "reconnecting":
      return <p class="notice">{words.reconnecting}</p>;
    case "paused":
      return <Card title={words.paused} body={words.pausedThen} />;
    case "sound":
      return <Card title={words.sound} body={words.soundThen} />;
    case "empty":
      return <Empty place={place} />;
    case "unreachable":
      return <Card title={words.unreachable} body={words.unreachableThen(location.hostname)} />;
    case "busy":
      return <Card title={words.busy} body={`${stage.reason} ${words.busyThen}`} />;
    case "refused":
      return <Card title={words.refused} body={stage.reason} again={again} />;
    case "closed":
      return <Card title={words.closed} again={again} />;
  }
}

/** Where programs publish; asked of the relay. */
function useProgramBase(base: string): string {
  const known = useSignal(base);
  useEffect(() => {
    void readRooms(base).then((rooms) => {
      if (rooms.kind === "known") known.value = programBase(base, rooms.plainPort);
    });
  }, [base, known]);
  return known.value;
}

function Waiting({ title }: { title: string }) {
  return (
    <div class="waiting">
      <span class="spinner" />
      <p>{title}</p>
    </div>
  );
}

function Card({ title, body, again }: { title: string; body?: string; again?: () => void }) {
  return (
    <section class="card">
      <h1>{title}</h1>
      {body && <p>{body}</p>}
      {again && (
        <button type="button" class="primary" onClick={again}>
          {text.watch.again}
        </button>
      )}
    </section>
  );
}

function Empty({ place }: { place: Place }) {
  const { room, participant, base, home } = place;
  const words = text.watch;
  const whip = whipAddress(useProgramBase(base), room, participant);
  return (
    <section class="card">
      <span class="pulse" />
      <h1>{participant === undefined ? words.empty(room) : words.emptyOne(room, participant)}</h1>
      <p>{words.emptyThen}</p>
      <Copy value={whip} label={text.landing.address} />
      <a href={home}>{words.overview}</a>
    </section>
  );
}
