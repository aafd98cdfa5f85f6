
// It makes a validator and compiles its schemas for every definition, which takes half a second. They
// are always the same here, so the first validator serves all, and is told nothing twice.
const ajv = createRequire(require.resolve("asl-validator"))("ajv");
const Ajv = ajv.default;
const told = { addFormat() {}, addKeyword() {} };
let first;
ajv.default = function (options) {
  return first ? Object.assign(Object.create(first), told) : (first = new Ajv(options));
};

// asl-validator, with the options of its command.
const validate = require("asl-validator");

// A JSON pointer as a location: /States/A/Retry[0].
const location = (pointer) =>
  pointer.replace(/\/(\d+)(?=\/|$)/g, "[$1]").replaceAll("~1", "/").replaceAll("~0", "~");

serve("asl-validator", (text) => {
  const { errors } = validate(JSON.parse(text), { checkArn: true, checkPaths: true });
  return errors.map(({ "Error code": code, Message: message, schemaError }) => {
    const said = schemaError ? message.split(" is invalid. ").at(-1) : message;
    const at = schemaError && location(schemaError.instancePath);
    return { rule: schemaError ? said : code, message: said, at };
  });
});
