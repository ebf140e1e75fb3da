using Nullius.Cli.Output;
using Nullius.Monitoring.Ingest;
using Nullius.Policy;
using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Generation;
using Nullius.Policy.Replay;

namespace Nullius.Cli.Policies;

/// <summary>Whose language the document is written in.</summary>
internal enum GenerateDialect
{
    Aws,
    Azure,
    /// <summary>Conditional Access, from sign-ins.</summary>
    Entra,
    Gcp,
}

/// <summary>How it is shown.</summary>
internal enum GenerateFormat
{
    /// <summary>The document alone, to be loaded.</summary>
    Json,
    /// <summary>The document with its evidence, to be read.</summary>
    Markdown,
}

/// <summary>What is asked.</summary>
internal sealed record GenerateQuestion(string[] From, string? Principal, GenerateDialect Dialect, DateTimeOffset? Since, string[] Existing, string? Evidence, string? Emergency, GenerationOptions Options);

/// <summary>Writes a least-privilege document from recorded activity.</summary>
internal sealed class GenerateRun(Terminal terminal, GenerateFormat format)
{
    private const int MostTold = 20;

    internal async Task<int> RunAsync(GenerateQuestion question, CancellationToken cancellation)
    {
        if (question.Existing.Length > 0 && question.Dialect != GenerateDialect.Aws)
        {
            terminal.Say("--existing is for the AWS dialect, expected --dialect aws");
            return ExitCode.Usage;
        }
        if (question.Emergency is not null && question.Dialect != GenerateDialect.Entra)
        {
            terminal.Say("--emergency is for Conditional Access, expected --dialect entra");
            return ExitCode.Usage;
        }
        if (question.Dialect == GenerateDialect.Entra)
            return await AccessAsync(question, cancellation).ConfigureAwait(false);
        if (question.Principal is not { } principal)
        {
            terminal.Say("--principal is missing, expected whose activity the document is to grant");
            return ExitCode.Usage;
        }
        if (Existing(question.Existing) is not { } existing)
            return ExitCode.Usage;
        var provider = question.Dialect switch
        {
            GenerateDialect.Aws => ActivityProvider.Aws,
            GenerateDialect.Azure => ActivityProvider.Azure,
            GenerateDialect.Entra => ActivityProvider.Entra,
            GenerateDialect.Gcp => ActivityProvider.Gcp,
        };
        var observed = new Observations(provider, principal, question.Since);
        var summary = await ReadAsync(question, observed.Accept, cancellation).ConfigureAwait(false);
        if (observed.Principals.Count == 0)
        {
            terminal.Say($"`{principal}` is in no record of {provider} in {string.Join(", ", question.From)}, expected a principal as the records name it");
            return ExitCode.Usage;
        }
        var generated = question.Dialect switch
        {
            GenerateDialect.Aws => AwsGenerator.Generate(observed, question.Options, existing.Count > 0 ? existing : null),
            GenerateDialect.Azure => AzureGenerator.Generate(observed),
            _ => GcpGenerator.Generate(observed, question.Options),
        };
        await WriteAsync(question, $"What {string.Join(", ", observed.Principals)} was seen to do", observed.Principals, generated, cancellation).ConfigureAwait(false);
        return summary.Bad > 0 ? ExitCode.Usage : ExitCode.Done;
    }

    /// <summary>Conditional Access is about everybody, unless one user is named.</summary>
    private async Task<int> AccessAsync(GenerateQuestion question, CancellationToken cancellation)
    {
        var observed = new SignIns(question.Principal, question.Since);
        var summary = await ReadAsync(question, observed.Accept, cancellation).ConfigureAwait(false);
        if (observed.Principals.Count == 0)
        {
            terminal.Say($"no successful sign-in{(question.Principal is { } who ? $" of `{who}`" : "")} is in {string.Join(", ", question.From)}, expected sign-in records of Entra");
            return ExitCode.Usage;
        }
        var generated = ConditionalAccessGenerator.Generate(observed, question.Emergency);
        await WriteAsync(question, $"Policies that the sign-ins of {observed.Principals.Count} users allow", observed.Principals, generated, cancellation).ConfigureAwait(false);
        return summary.Bad > 0 ? ExitCode.Usage : ExitCode.Done;
    }

    private async Task<IngestSummary> ReadAsync(GenerateQuestion question, Action<RecordedRequest> accept, CancellationToken cancellation)
    {
        using var progress = new ProgressLine(terminal);
        var summary = await new ActivityFiles(progress.Report).ReadAsync(question.From, [new Feed(accept)], cancellation).ConfigureAwait(false);
        progress.End();
        foreach (var note in summary.Notes)
            terminal.Say(note.ToString());
        return summary;
    }

    private async Task WriteAsync(GenerateQuestion question, string heading, IReadOnlyCollection<string> principals, GeneratedPolicy generated, CancellationToken cancellation)
    {
        if (question.Evidence is { } file)
            await File.WriteAllTextAsync(file, GenerateOutput.Evidence(principals, generated), cancellation).ConfigureAwait(false);
        if (format == GenerateFormat.Markdown)
        {
            GenerateOutput.WriteMarkdown(terminal.Out, heading, generated);
            return;
        }
        terminal.Out.WriteLine(generated.Document);
        Tell(generated, question);
    }

    /// <summary>What is not in the document is told beside it.</summary>
    private void Tell(GeneratedPolicy generated, GenerateQuestion question)
    {
        var kept = question.Dialect == GenerateDialect.Entra ? "not proposed" : "not granted";
        foreach (var note in generated.Notes)
            terminal.Say(note);
        foreach (var general in generated.Generalised)
            terminal.Say($"`{general.Pattern}` stands for {general.Seen} that were seen");
        foreach (var offer in question.Options.WithConditions ? [] : generated.Offers)
            terminal.Say($"a condition could be added: {offer.Operator} {offer.Key} {string.Join(", ", offer.Values)}: {offer.Why}");
        foreach (var left in generated.LeftOut.Take(MostTold))
            terminal.Say($"{kept}: {left.Permission}{(question.Dialect == GenerateDialect.Entra ? "" : " " + (left.Resource ?? "(resource not known)"))}: {left.Reason} ({left.Count} times, first {left.First:u}, {left.Sample})");
        if (generated.LeftOut.Count > MostTold)
            terminal.Say($"{generated.LeftOut.Count - MostTold} more are {kept}: --evidence FILE lists them");
        foreach (var unused in generated.Unused)
            terminal.Say($"{unused.Place}: `{unused.Granted}` grants {unused.UnusedCount} actions that were not seen{(unused.Unused.Count is > 0 and <= 5 ? ": " + string.Join(", ", unused.Unused) : "")}");
    }

    private List<AwsPolicyDocument>? Existing(string[] paths)
    {
        var diagnostics = new List<PolicyDiagnostic>();
        var documents = new List<AwsPolicyDocument>();
        foreach (var file in PolicyArgument.Expand(paths))
        {
            if (AwsPolicyDocument.Parse(File.ReadAllBytes(file.Path), file.Path, diagnostics) is { } document)
                documents.Add(document);
        }
        foreach (var error in diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error))
            terminal.Say(error.ToString());
        return diagnostics.Exists(d => d.Severity == DiagnosticSeverity.Error) ? null : documents;
    }

    private sealed class Feed(Action<RecordedRequest> accept) : IActivitySink
    {
        public void Accept(RecordedRequest request, ReadOnlySpan<byte> json) => accept(request);
    }
}
