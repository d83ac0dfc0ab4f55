import { describe, expect, it } from "vitest";
import { cameraOf, doingOf, type RoomCamera, troubleOf } from "../src/store/cameras.ts";
import { text } from "../src/text.ts";

const camera: RoomCamera = {
  participant: "1",
  name: "Gate",
  state: "waiting",
  trouble: "login",
  picture: null,
};

describe("troubleOf", () => {
  it("has a sentence for every word, and one for words that are not known", () => {
    expect(troubleOf(camera)).toBe(text.camera.troubles.login);
    expect(troubleOf({ ...camera, trouble: "of-next-year" })).toBe(text.camera.troubles.setup);
  });

  it("says nothing of a camera that is there, unless nobody can play its picture", () => {
    expect(troubleOf(undefined)).toBeUndefined();
    expect(troubleOf({ ...camera, state: "connecting", trouble: null })).toBeUndefined();
    expect(troubleOf({ ...camera, state: "live", trouble: "silent" })).toBeUndefined();
    expect(troubleOf({ ...camera, state: "live", trouble: "codec" })).toBe(
      text.camera.troubles.codec,
    );
  });
});

describe("cameraOf", () => {
  const yard = { ...camera, participant: "2", name: "Yard" };

  it("finds it by id and by name; of a whole room, the first", () => {
    expect(cameraOf([camera, yard], "2")).toBe(yard);
    expect(cameraOf([camera, yard], "Yard")).toBe(yard);
    expect(cameraOf([camera, yard], undefined)).toBe(camera);
    expect(cameraOf([camera, yard], "Ann")).toBeUndefined();
  });
});

describe("doingOf", () => {
  it("says what is made of a picture, and why", () => {
    expect(doingOf(camera)).toBeUndefined();
    expect(doingOf({ ...camera, picture: { codec: "H264", remade: null } })).toBe("H264, as it is");
    expect(doingOf({ ...camera, picture: { codec: "MJPEG", remade: "codec" } })).toContain(
      "browsers do not show MJPEG",
    );
    expect(doingOf({ ...camera, picture: { codec: "H264", remade: "order" } })).toContain(
      "B-frames",
    );
  });
});

describe("a camera at another relay", () => {
  /** As the relay answers: what did not cross is null. */
  const afar = JSON.parse(
    `{"participant": "far-1", "name": "Gate", "state": "live", "error": null, "trouble": null, "doing": null,
      "picture": {"codec": "MPEG4", "width": 0, "height": 0, "fps": null, "kbps": null,
        "lastKeyframe": null, "remade": "codec"}}`,
  ) as RoomCamera;

  it("has the same sentences as one that is here", () => {
    expect(troubleOf(cameraOf([afar], "far-1"))).toBeUndefined();
    expect(doingOf(afar)).toBe(text.camera.remade.codec("MPEG4"));
    const refused: RoomCamera = { ...afar, state: "failed", trouble: "login", picture: null };
    expect(troubleOf(cameraOf([refused], "Gate"))).toBe(text.camera.troubles.login);
    expect(doingOf(refused)).toBeUndefined();
  });
});
