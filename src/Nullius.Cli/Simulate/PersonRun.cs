using System.Text.Json;
using Nullius.Cli.Output;
using Nullius.Policy;
using Nullius.Policy.Capabilities;
using Nullius.Policy.Simulation;
using Nullius.Policy.Simulation.Estate;
using Nullius.Policy.Simulation.Person;

namespace Nullius.Cli.Simulate;

/// <summary>What is asked about one person.</summary>
internal sealed record PersonOptions(string Folder, string Person, string? People, string[] Capabilities, string[] Resources, string? Inside, string? Outside, string[] Context, bool IsMarkdown);

/// <summary>One person's access in the clouds of an estate, side by side.</summary>
internal sealed class PersonRun(Terminal terminal, ResultFormat format)
{
    internal async Task<int> DecideAsync(PersonOptions options, CancellationToken cancellation)
    {
        if (!EstateContext.TryRead(terminal, options.Context, out var context) || !TryReadCapabilities(options.Capabilities, out var capabilities))
            return ExitCode.Usage;
        foreach (var address in new[] { options.Inside, options.Outside }.OfType<string>().Where(a => !System.Net.IPAddress.TryParse(a, out _)))
        {
            terminal.Say($"`{address}` is no address, expected one such as 203.0.113.7");
            return ExitCode.Usage;
        }
        PeopleMap? people = null;
        if (options.People is { } file && (people = await ReadPeopleAsync(file, cancellation).ConfigureAwait(false)) is null)
            return ExitCode.Usage;
        if (await EstateFolder.LoadAsync(terminal, options.Folder, cancellation).ConfigureAwait(false) is not { } estate)
            return ExitCode.Usage;
        try
        {
            var question = new PersonQuestion(options.Person, people, capabilities, options.Resources, options.Inside, options.Outside, terminal.Time.GetUtcNow(), context);
            var report = new PersonView(estate, question).Decide();
            foreach (var remark in estate.Clouds.SelectMany(estate.Remarks))
                terminal.Say($"{options.Folder}: {remark}");
            if (options.IsMarkdown)
                WriteMarkdown(report);
            else
                Write(report);
            return ExitCode.Done;
        }
        catch (SimulationInputException error)
        {
            terminal.Say($"{options.Folder}: {error.Message}");
            return ExitCode.Usage;
        }
    }

    private async Task<PeopleMap?> ReadPeopleAsync(string file, CancellationToken cancellation)
    {
        try
        {
            var diagnostics = new List<PolicyDiagnostic>();
            var people = PeopleMap.Parse(await File.ReadAllBytesAsync(file, cancellation).ConfigureAwait(false), file, diagnostics);
            foreach (var diagnostic in diagnostics)
                terminal.Say(diagnostic.ToString());
            return people;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            terminal.Say($"{file}: cannot be read: {fault.Message.ReplaceLineEndings(" ")}");
            return null;
        }
    }

    /// <summary>A name of the built-in table, or <c>NAME=ACTION,…</c> with an action for each cloud, told apart by their forms.</summary>
    private bool TryReadCapabilities(string[] texts, out IReadOnlyList<Capability> capabilities)
    {
        var read = new List<Capability>();
        capabilities = texts.Length == 0 ? Capability.All : read;
        foreach (var text in texts)
        {
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            var capability = equals > 0 ? Own(text[..equals], text[(equals + 1)..].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)) : Capability.Find(text);
            if (capability is null)
            {
                terminal.Say($"--capability `{text}`: expected one of {string.Join(", ", Capability.All.Select(c => c.Name))}, or `name=action,…`");
                return false;
            }
            read.Add(capability);
        }
        return true;
    }

    private static Capability? Own(string name, string[] actions)
    {
        string? Of(EstateCloud cloud) => actions.FirstOrDefault(a => Estate.CloudOf(a) == cloud);
        return actions.Length == 0 ? null : new Capability(name, name, Of(EstateCloud.Aws), Of(EstateCloud.Entra), Of(EstateCloud.Gcp));
    }

    private void Write(PersonReport report)
    {
        if (format != ResultFormat.Table)
        {
            terminal.Out.WriteLine(JsonSerializer.Serialize(report, format == ResultFormat.Json ? new JsonSerializerOptions(ResultWriter.Json) { WriteIndented = true } : ResultWriter.Json));
            return;
        }
        foreach (var identity in report.Identities)
            terminal.Out.WriteLine($"{Name(identity.Cloud)}: {(identity.Principals.Count == 0 ? "nobody" : string.Join(", ", identity.Principals))} ({identity.Match})");
        Column<PersonCapability>[] columns = [new("capability", c => c.Capability.Name), .. report.Identities.Select((identity, i) => new Column<PersonCapability>(Name(identity.Cloud), c => Cell(c.Clouds[i])) { Wrap = true })];
        ResultWriter.List(terminal, format, report.Capabilities, "no capability was asked for", columns);
        foreach (var inconsistency in report.Inconsistencies)
            terminal.Out.WriteLine($"{inconsistency.Capability}: {inconsistency.Kind}: {inconsistency.Message}");
    }

    private void WriteMarkdown(PersonReport report)
    {
        static string Plain(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)).Replace("|", "\\|", StringComparison.Ordinal);

        terminal.Out.WriteLine($"# {Plain(report.Person)}\n");
        foreach (var identity in report.Identities)
            terminal.Out.WriteLine($"- {Name(identity.Cloud)}: {Plain(identity.Principals.Count == 0 ? "nobody" : string.Join(", ", identity.Principals))} ({identity.Match})");
        terminal.Out.WriteLine($"\n| capability | {string.Join(" | ", report.Identities.Select(i => Name(i.Cloud)))} |");
        terminal.Out.WriteLine($"|---|{string.Concat(report.Identities.Select(_ => "---|"))}");
        foreach (var line in report.Capabilities)
            terminal.Out.WriteLine($"| {Plain(line.Capability.Name)} | {string.Join(" | ", line.Clouds.Select(c => Plain(Cell(c))))} |");
        terminal.Out.WriteLine();
        foreach (var inconsistency in report.Inconsistencies)
            terminal.Out.WriteLine($"- **{inconsistency.Kind}** ({Plain(inconsistency.Capability)}): {Plain(inconsistency.Message)}");
    }

    private static string Name(EstateCloud cloud) => cloud switch { EstateCloud.Aws => "AWS", EstateCloud.Entra => "Azure", EstateCloud.Gcp => "Google Cloud" };

    private static string Cell(PersonAccess access)
    {
        if (access.Decisions.Count == 0)
            return "-";
        return access.AllowedFrom switch
        {
            PersonContext.LongLivedKey => "yes, a key suffices",
            PersonContext.Bare => "yes",
            PersonContext.Mfa => "with MFA",
            PersonContext.ManagedDevice => "with MFA and a managed device",
            PersonContext.Inside => "with MFA and a managed device, inside",
            _ when access.IsUnknown => "unknown: " + access.Decisions.Last(d => d.Outcome == SimulationOutcome.Unknown).Detail,
            _ => access.Decisions[^1] is { Outcome: SimulationOutcome.Challenge } challenge ? challenge.Detail : "no",
        };
    }
}
