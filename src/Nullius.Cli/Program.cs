using Nullius.Cli;
using Nullius.Cli.Output;

return await CommandLine.RunAsync(args, Terminal.System).ConfigureAwait(false);
