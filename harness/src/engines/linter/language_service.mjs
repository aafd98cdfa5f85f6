
// AWS's language service, which the AWS Toolkit runs in editors. Its errors count, its warnings do not.
const { getLanguageService, TextDocument, DiagnosticSeverity } =
  require("amazon-states-language-service");
const service = getLanguageService({});

// The way to the innermost node at an offset, as a location: /States/A/Retry[0].
function location(document, offset) {
  let way = "";
  let node = document.getNodeFromOffset(offset, true);
  for (; node?.parent; node = node.parent) {
    if (node.parent.type === "array") way = `[${node.parent.items.indexOf(node)}]${way}`;
    else if (node.type === "property") way = `/${node.keyNode.value}${way}`;
  }
  return way;
}

serve("amazon-states-language-service", async (text) => {
  const document = TextDocument.create("file:///machine.asl.json", "asl", 1, text);
  const parsed = service.parseJSONDocument(document);
  const found = await service.doValidation(document, parsed);
  return found
    .filter(({ severity }) => severity === DiagnosticSeverity.Error)
    .map(({ message, range }) => {
      const at = location(parsed, document.offsetAt(range.start));
      return { rule: message, message, at };
    });
});
