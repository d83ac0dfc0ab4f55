import { useId } from "preact/hooks";
import { statusText } from "../../status-text.ts";
import { count, milliseconds } from "../../store/amount.ts";
import {
  mapOf,
  type Place,
  type RelayMap,
  type Trunk,
  type Use,
} from "../../store/status/relays.ts";
import type { Relay } from "../../store/status/report.ts";
import { useNarrow } from "../narrow.ts";
import { Fold } from "./fold.tsx";

/** Half of the drawing's width and height, and how many letters of a name have a place. */
const WIDE = { width: 400, height: 170, letters: 24 };
const NARROW = { width: 190, height: 150, letters: 13 };
/** Between the circle and the edge. */
const MARGIN = { x: 90, y: 45 };
/** Trunks from which on their figures stand in the table alone. */
const FEW_TRUNKS = 12;
const USES: readonly Use[] = ["flowing", "idle", "silent"];

type Sheet = typeof WIDE;

const words = statusText.relays;

/** The relays that trunks join, and what crosses between them. */
export function Relays({ relays }: { relays: readonly Relay[] }) {
  const heading = useId();
  const map = mapOf(relays);
  return (
    <section class="panel" aria-labelledby={heading}>
      <div class="head">
        <h2 id={heading}>{words.title}</h2>
        <div class="legend">
          {USES.map((use) => (
            <span key={use}>
              <Sample use={use} /> {words[use]}
            </span>
          ))}
        </div>
      </div>
      <Drawing map={map} />
      <Fold title={`${words.trunks} (${map.trunks.length})`} open={map.trunks.length <= FEW_TRUNKS}>
        {() => <Table trunks={map.trunks} />}
      </Fold>
    </section>
  );
}

/** The table says the same to whoever cannot see it. */
function Drawing({ map }: { map: RelayMap }) {
  const sheet = useNarrow() ? NARROW : WIDE;
  const { width, height } = sheet;
  return (
    <svg
      class="relays"
      viewBox={`${-width} ${-height} ${2 * width} ${2 * height}`}
      aria-hidden="true"
    >
      {map.trunks.map((trunk) => (
        <Line
          key={trunk.id}
          trunk={trunk}
          sheet={sheet}
          labelled={map.trunks.length <= FEW_TRUNKS}
        />
      ))}
      {map.places.map((place) => (
        <Spot key={place.id} place={place} sheet={sheet} />
      ))}
    </svg>
  );
}

function Line({ trunk, sheet, labelled }: { trunk: Trunk; sheet: Sheet; labelled: boolean }) {
  const [[x1, y1], [x2, y2]] = [at(trunk.from, sheet), at(trunk.to, sheet)];
  // Not in the middle, where lines cross.
  const [x, y] = [x1 + 0.38 * (x2 - x1), y1 + 0.38 * (y2 - y1)];
  // The word stands there however many there are: colour alone does not reach everybody.
  const isSilent = trunk.use === "silent";
  return (
    <g data-use={trunk.use}>
      <path class="trunk" d={`M${x1} ${y1}L${x2} ${y2}`} />
      {(labelled || isSilent) && (
        <text class="figure" x={x} y={y} dy="0.35em">
          {isSilent ? words.silent : milliseconds(trunk.roundTrip)}
        </text>
      )}
    </g>
  );
}

function Spot({ place, sheet }: { place: Place; sheet: Sheet }) {
  const [x, y] = at(place, sheet);
  const letters = [...place.name];
  const short = `${letters.slice(0, sheet.letters - 1).join("")}…`;
  return (
    <g class="relay" data-here={place.here}>
      <circle cx={x} cy={y} r="11" />
      <text x={x} y={y + (place.y < -0.1 ? -20 : 28)}>
        {letters.length > sheet.letters ? short : place.name}
      </text>
    </g>
  );
}

function Sample({ use }: { use: Use }) {
  return (
    <svg class="relays sample" viewBox="0 0 24 8" aria-hidden="true" data-use={use}>
      <path class="trunk" d="M1 4H23" />
    </svg>
  );
}

function Table({ trunks }: { trunks: readonly Trunk[] }) {
  return (
    <table aria-label={words.trunks}>
      <thead>
        <tr>
          <th scope="col">{words.between}</th>
          <th scope="col">{words.and}</th>
          <th scope="col">{words.state}</th>
          <th scope="col" class="number">
            {statusText.roundTrip}
          </th>
          <th scope="col" class="number">
            {words.there}
          </th>
          <th scope="col" class="number">
            {words.back}
          </th>
        </tr>
      </thead>
      <tbody>
        {trunks.map((trunk) => (
          <tr key={trunk.id} data-use={trunk.use}>
            <th scope="row">
              <bdi>{trunk.from.name}</bdi>
            </th>
            <td data-label={words.and}>
              <bdi>{trunk.to.name}</bdi>
            </td>
            <td data-label={words.state}>{words[trunk.use]}</td>
            <td class="number" data-label={statusText.roundTrip}>
              {milliseconds(trunk.roundTrip)}
            </td>
            <td class="number" data-label={words.there}>
              {count(trunk.there)}
            </td>
            <td class="number" data-label={words.back}>
              {count(trunk.back)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function at({ x, y }: Place, { width, height }: Sheet): readonly [number, number] {
  return [x * (width - MARGIN.x), y * (height - MARGIN.y)];
}
