using Nullius.Cli.Output;
using Nullius.Policy.Simulation;
using Nullius.Policy.Simulation.Estate;

namespace Nullius.Cli.Simulate;

/// <summary>What is asked of an export.</summary>
internal sealed record EstateQuestion(string Folder, string? Principal, string[] Actions, string[] Resources, string[] Context);

/// <summary>Answers like <c>simulate-principal-policy</c>, from a folder of exports: every action on every resource.</summary>
internal sealed class EstateRun(Terminal terminal, CaseRun run)
{
    private const long MaxFileBytes = 256 * 1024 * 1024;

    internal async Task<int> DecideAsync(EstateQuestion question, CancellationToken cancellation)
    {
        if (question.Principal is not { Length: > 0 } principal || question.Actions.Length == 0)
        {
            terminal.Say("--estate asks for --principal and --action, or for --person, expected them");
            return ExitCode.Usage;
        }
        if (!EstateContext.TryRead(terminal, question.Context, out var context))
            return ExitCode.Usage;
        try
        {
            if (await EstateFolder.LoadAsync(terminal, question.Folder, cancellation).ConfigureAwait(false) is not { } estate)
                return ExitCode.Usage;
            string[] resources = question.Resources.Length == 0 ? ["*"] : question.Resources;
            // Made before the first is answered: a question that cannot be read answers nothing.
            string[] cases = [.. question.Actions.SelectMany(a => resources.Select(r => estate.CaseFor(new Policy.Simulation.Estate.EstateQuestion(principal, a, r, context))))];
            foreach (var cloud in question.Actions.Select(Estate.CloudOf).Distinct().Order())
            {
                foreach (var remark in estate.Remarks(cloud))
                    terminal.Say($"{question.Folder}: {remark}");
            }
            return run.Decide(question.Folder, cases);
        }
        catch (SimulationInputException error)
        {
            terminal.Say($"{question.Folder}: {error.Message}");
            return ExitCode.Usage;
        }
    }
}
