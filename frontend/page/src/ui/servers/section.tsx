import { type Signal, useSignal } from "@preact/signals";
import { type ComponentChildren, Fragment } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { serversText } from "../../servers-text.ts";
import type { Answer } from "../../store/servers/ask.ts";
import type { Values } from "../../store/servers/draft.ts";
import type { Kind } from "../../store/servers/entries.ts";
import type { ServersStore } from "../../store/servers/follow.ts";
import type { Listing } from "../../store/servers/list.ts";
import { Deeds } from "./entry.tsx";
import type { Field } from "./field.tsx";
import { Form } from "./form.tsx";

/** What a form is open for: one that is there, or a new one that begins with something. */
export type Open<Item> = { readonly item: Item } | { readonly values: Values };

interface SectionProps<Item> {
  kind: Kind;
  store: ServersStore;
  listing: Listing<Item>;
  /** The form that is open, which other parts of the page may open, too. */
  open: Signal<Open<Item> | undefined>;
  fields: readonly Field[];
  values: (item?: Item) => Values;
  body: (values: Values) => unknown;
  name: (item: Item) => string;
  show: (item: Item, deeds: ComponentChildren) => ComponentChildren;
  children?: ComponentChildren;
}

/** A list, with adding, changing and removing. */
export function Section<Item extends { id: string }>(props: SectionProps<Item>) {
  const { kind, listing, open, values } = props;
  const words = serversText[kind];
  const adder = useRef<HTMLButtonElement>(null);
  const back = useSignal(0);
  // When a form is closed, or an entry is gone, the keyboard is here.
  useLayoutEffect(() => {
    if (back.value > 0) adder.current?.focus();
  }, [back.value]);
  const close = () => {
    open.value = undefined;
    back.value += 1;
  };
  if (listing.kind === "missing") return null;
  const isAdding = open.value !== undefined && "values" in open.value;
  return (
    <section class="panel" aria-labelledby={kind}>
      <div class="head">
        <h2 id={kind}>{words.title}</h2>
        {listing.kind === "known" && (
          <button
            ref={adder}
            type="button"
            class="primary"
            onClick={() => {
              open.value = { values: values() };
            }}
          >
            {words.add}
          </button>
        )}
      </div>
      <p class="faint">{words.hint}</p>
      {isAdding && <Change {...props} close={close} />}
      <Body {...props} close={close} />
      {props.children}
    </section>
  );
}

type PartProps<Item> = SectionProps<Item> & { close: () => void };

function Body<Item extends { id: string }>(props: PartProps<Item>) {
  const { kind, listing, open, name, show, store } = props;
  if (listing.kind === "loading") return <p class="faint">{serversText.loading}</p>;
  if (listing.kind === "operator") return <p>{serversText.operator.only}</p>;
  if (listing.kind !== "known") return <p class="trouble">{reason(listing)}</p>;
  if (listing.entries.length === 0) return <p class="faint">{serversText[kind].none}</p>;
  const changed = open.value !== undefined && "item" in open.value ? open.value.item.id : undefined;

  async function remove(item: Item): Promise<string | undefined> {
    const refused = await store.change("removed", kind, item.id);
    if (refused === undefined) props.close();
    return refused && reason(refused);
  }

  return (
    <ul class="entries">
      {listing.entries.map((item) =>
        item.id === changed ? (
          <li key={item.id}>
            <Change {...props} />
          </li>
        ) : (
          <Fragment key={item.id}>
            {show(
              item,
              <Deeds
                name={name(item)}
                edit={() => {
                  open.value = { item };
                }}
                remove={() => remove(item)}
              />,
            )}
          </Fragment>
        ),
      )}
    </ul>
  );
}

function Change<Item extends { id: string }>(props: PartProps<Item>) {
  const { kind, store, open, fields, values, body, name, close } = props;
  const opened = open.value;
  if (opened === undefined) return null;
  const item = "item" in opened ? opened.item : undefined;
  return (
    <Form
      title={item ? serversText.editOf(name(item)) : serversText[kind].addTitle}
      fields={fields}
      initial={"item" in opened ? values(opened.item) : opened.values}
      save={async (given) => {
        const deed = item ? "changed" : "added";
        const refused = await store.change(deed, kind, item?.id, body(given));
        return refused && reason(refused);
      }}
      close={close}
    />
  );
}

function reason(answer: Answer<never>): string {
  const { failed } = serversText;
  switch (answer.kind) {
    case "refused":
      return answer.detail;
    case "operator":
      return failed.operator;
    case "missing":
      return failed.missing;
    default:
      return failed.unreachable;
  }
}
