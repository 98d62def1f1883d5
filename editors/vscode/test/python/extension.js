// Stands in for ms-python.python: its `environments`, and `select` for tests.

const { EventEmitter } = require("vscode");

exports.activate = () => {
  const changes = new EventEmitter();
  // What the real one says before it has found any.
  let path = "python";
  return {
    environments: {
      getActiveEnvironmentPath: () => ({ id: path, path }),
      onDidChangeActiveEnvironmentPath: changes.event,
    },
    select(next) {
      path = next;
      changes.fire({ id: path, path, resource: undefined });
    },
  };
};
