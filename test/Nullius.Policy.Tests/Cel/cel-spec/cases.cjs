// Prints the conformance cases as JSON: a tree of suites whose leaves are tests.
const { tests } = require("@bufbuild/cel-spec/testdata/conformance.js");
process.stdout.write(JSON.stringify(tests));
