import { type Signal, useSignal } from "@preact/signals";
import icon from "../../icon.svg";
import { serversText } from "../../servers-text.ts";
import { cameraBody, cameraValues, trunkBody, trunkValues } from "../../store/servers/draft.ts";
import type { Camera, Nearby, Trunk } from "../../store/servers/entries.ts";
import type { ServersStore } from "../../store/servers/follow.ts";
import type { Listing } from "../../store/servers/list.ts";
import { text } from "../../text.ts";
import { CameraEntry } from "./camera.tsx";
import { cameraFields, trunkFields } from "./field.tsx";
import { OperatorForm } from "./operator.tsx";
import { type Open, Section } from "./section.tsx";
import { TrunkEntry, trunkName } from "./trunk.tsx";

/** The relays and cameras that this relay has to do with. */
export function ServersPage({ store }: { store: ServersStore }) {
  const trunk = useSignal<Open<Trunk> | undefined>(undefined);
  const camera = useSignal<Open<Camera> | undefined>(undefined);
  const [trunks, cameras] = [store.trunks.value, store.cameras.value];
  return (
    <main class="status servers">
      <header>
        <a href="./" title={serversText.home}>
          <img src={icon} alt="" width="32" height="32" />
          {text.name}
        </a>
        <h1>{serversText.title}</h1>
        <Told store={store} />
      </header>
      {trunks.kind === "missing" && cameras.kind === "missing" && (
        <section class="panel nobody">{serversText.nothing}</section>
      )}
      <Section
        kind="trunks"
        store={store}
        listing={trunks}
        open={trunk}
        fields={trunkFields}
        values={trunkValues}
        body={trunkBody}
        name={trunkName}
        show={(item, deeds) => <TrunkEntry trunk={item} deeds={deeds} />}
      >
        <Found nearby={store.nearby.value} known={trunks} open={trunk} />
      </Section>
      <Section
        kind="cameras"
        store={store}
        listing={cameras}
        open={camera}
        fields={cameraFields}
        values={cameraValues}
        body={cameraBody}
        name={({ name }) => name}
        show={(item, deeds) => <CameraEntry camera={item} deeds={deeds} />}
      />
      <OperatorForm store={store} />
      <footer>
        <a href="status">{serversText.status}</a>
      </footer>
    </main>
  );
}

function Told({ store }: { store: ServersStore }) {
  const deed = store.deed.value;
  return (
    <div role="status">
      {store.lost.value && <p class="notice">{serversText.unreachable}</p>}
      {deed && <p class="done">{serversText.deeds[deed]}</p>}
    </div>
  );
}

/** Relays of the local network that there is no trunk with yet. */
function Found({
  nearby,
  known,
  open,
}: {
  nearby: Listing<Nearby>;
  known: Listing<Trunk>;
  open: Signal<Open<Trunk> | undefined>;
}) {
  if (nearby.kind !== "known" || known.kind !== "known") return null;
  const urls = new Set(known.entries.map(({ url }) => url));
  const found = nearby.entries.filter(({ url }) => !urls.has(url));
  if (found.length === 0) return null;
  return (
    <section aria-labelledby="nearby">
      <h3 id="nearby">{serversText.nearby.title}</h3>
      <ul class="found">
        {found.map((relay) => (
          <li key={relay.url}>
            <button
              type="button"
              onClick={() => {
                open.value = { values: trunkValues({ url: relay.url }) };
              }}
            >
              {serversText.nearby.add(relay.name)}
            </button>
            <span>
              <code>{relay.url}</code> <small>{relay.addresses.join(", ")}</small>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
