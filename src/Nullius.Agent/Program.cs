using Nullius.Agent.Commands;
using Nullius.Agent.Host;

return await new AgentCommands(HostView.System(TimeProvider.System), TimeProvider.System, Console.Out, Console.Error).RunAsync(args).ConfigureAwait(false);
