
// It compiles its schemas for every definition, which takes half a second. They are always the same
// here, so that it gets the validator that it made first.
const ajv = createRequire(require.resolve("asl-validator"))("ajv");
const Ajv = ajv.default;
let first;
ajv.default = function (options) {
  return (first ??= new Ajv(options));
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
