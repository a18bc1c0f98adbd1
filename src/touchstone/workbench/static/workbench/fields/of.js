// The content that a field is about; `query` is the query itself unless the item has such a content.

export function contentOf({ query, content }, name) {
  return name === "query" && !("query" in content) ? query : content[name];
}
