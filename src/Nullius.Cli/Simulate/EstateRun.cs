using System.Text.Json;
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
            terminal.Say("--estate asks for --principal and --action, expected both");
            return ExitCode.Usage;
        }
        if (!TryReadContext(question.Context, out var context))
            return ExitCode.Usage;
        try
        {
            var estate = await LoadAsync(question.Folder, cancellation).ConfigureAwait(false);
            if (estate is null)
                return ExitCode.Usage;
            if (estate.LacksOrganization)
                terminal.Say($"{question.Folder}: no organisation is in it, service and resource control policies take no part");
            string[] resources = question.Resources.Length == 0 ? ["*"] : question.Resources;
            // Made before the first is answered: an incomplete export answers nothing.
            string[] cases = [.. question.Actions.SelectMany(a => resources.Select(r => estate.CaseFor(principal, a, r, context)))];
            return run.Decide(question.Folder, cases);
        }
        catch (SimulationInputException error)
        {
            terminal.Say($"{question.Folder}: {error.Message}");
            return ExitCode.Usage;
        }
    }

    private bool TryReadContext(string[] pairs, out Dictionary<string, IReadOnlyList<string>> context)
    {
        context = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase);
        foreach (var pair in pairs)
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                terminal.Say($"--context `{pair}`: expected `key=value`");
                return false;
            }
            var key = pair[..equals];
            context[key] = context.TryGetValue(key, out var values) ? [.. values, pair[(equals + 1)..]] : [pair[(equals + 1)..]];
        }
        return true;
    }

    private async Task<EstateExport?> LoadAsync(string folder, CancellationToken cancellation)
    {
        if (!Directory.Exists(folder))
        {
            terminal.Say($"{folder}: is no folder, expected exports as JSON files");
            return null;
        }
        var estate = new EstateExport();
        var known = 0;
        foreach (var file in Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (await ReadAsync(file, cancellation).ConfigureAwait(false) is not { } json)
                return null;
            if (estate.Add(json))
                known++;
        }
        if (known > 0)
            return estate;
        terminal.Say($"{folder}: no export is in it, expected the output of `aws iam get-account-authorization-details`");
        return null;
    }

    private async Task<JsonElement?> ReadAsync(string file, CancellationToken cancellation)
    {
        try
        {
            if (new FileInfo(file).Length > MaxFileBytes)
            {
                terminal.Say($"{file}: has more than {MaxFileBytes} bytes");
                return null;
            }
            var bytes = await File.ReadAllBytesAsync(file, cancellation).ConfigureAwait(false);
            return JsonElement.Parse(bytes.AsSpan() is [0xEF, 0xBB, 0xBF, ..] ? bytes.AsSpan(3) : bytes.AsSpan());
        }
        catch (JsonException fault)
        {
            terminal.Say($"{file}:{(fault.LineNumber ?? 0) + 1}: not valid JSON");
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            terminal.Say($"{file}: cannot be read: {fault.Message.ReplaceLineEndings(" ")}");
            return null;
        }
    }
}
